package io.esplanade.engine.control;

/**
 * A role that does not get through its duty cycle. Nobody overtakes it: its lane stands still, the
 * others go on.
 *
 * @param lane its lane
 * @param role its name
 * @param nanos for how long so far
 */
public record Stall(int lane, String role, long nanos) {}
