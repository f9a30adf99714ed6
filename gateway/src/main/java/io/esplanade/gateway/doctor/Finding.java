package io.esplanade.gateway.doctor;

import java.util.Optional;

/**
 * One thing looked at.
 *
 * @param section what it belongs to, such as {@code machine}
 * @param name of the thing
 * @param good whether a gateway has of it what it wants
 * @param text what was found
 * @param advice what to do and what that gains, if something can be done
 */
record Finding(String section, String name, boolean good, String text, Optional<String> advice) {

    static Finding good(String section, String name, String text) {
        return new Finding(section, name, true, text, Optional.empty());
    }

    static Finding lacking(String section, String name, String text, String advice) {
        return new Finding(section, name, false, text, Optional.of(advice));
    }
}
