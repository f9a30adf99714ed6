package io.esplanade.engine.port;

import java.util.Set;

/** Makes ports of one type; found by {@link java.util.ServiceLoader}. Thread-safe. */
public interface PortFactory {

    /** The type's name in {@link PortSpec#type}. */
    String type();

    /** The names of all options it understands. */
    Set<String> options();

    /**
     * Makes the port, closed: nothing is opened before {@link Port#attach}.
     *
     * @throws IllegalArgumentException if the options are wrong; the message names the option and
     *     the remedy
     */
    Port create(PortSpec spec);
}
