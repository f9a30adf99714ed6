/**
 * The engine against the Linux kernel's IPsec, which runs in a virtual machine: what each sends the
 * other accepts, and what is wrong both refuse under the right name.
 *
 * <p>{@link io.esplanade.engine.interop.kernel.LinuxPeer} is the machine, which {@code
 * tools/linux-peer/build} makes and {@code ./test} calls; {@link
 * io.esplanade.engine.interop.kernel.Tunnel} says what both ends are to agree on; {@link
 * io.esplanade.engine.interop.kernel.Bed} sets both up so and carries packets between them.
 */
package io.esplanade.engine.interop.kernel;
