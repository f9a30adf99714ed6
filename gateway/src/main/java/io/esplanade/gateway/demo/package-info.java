/**
 * {@code esplanade demo}: two gateways in one process over a capture of real traffic, and the proof
 * that what went through was protected and came out as it went in.
 *
 * <pre>
 * A's hosts -- lan [gateway A] wan == wire == wan [gateway B] lan -- B's hosts
 * </pre>
 *
 * <p>The hosts and the wire are one thread, the pump; each gateway is an {@link
 * io.esplanade.engine.Engine} of its own. The decoder in the proof shares no code with the engines.
 */
package io.esplanade.gateway.demo;
