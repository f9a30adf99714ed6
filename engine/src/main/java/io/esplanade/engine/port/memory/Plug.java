package io.esplanade.engine.port.memory;

import io.esplanade.engine.port.Side;

/**
 * One end of a cable as its engine knows it.
 *
 * @param name the port's name, unique in its engine
 * @param side which side of the IPsec boundary it is on
 * @param mac its link-layer address as 48 bits on an Ethernet cable, otherwise 0
 */
public record Plug(String name, Side side, long mac) {

    public static Plug of(String name, Side side) {
        return new Plug(name, side, 0);
    }
}
