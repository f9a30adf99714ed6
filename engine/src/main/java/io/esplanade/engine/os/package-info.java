/**
 * The machine underneath: raw memory, mapped regions, threads and their CPUs, errno and the clock.
 *
 * <p>The lowest package of the engine; it knows nothing of packets. Together with {@code crypto.*}
 * and {@code port.*} it is the only place that may touch the linker or the generated bindings.
 */
package io.esplanade.engine.os;
