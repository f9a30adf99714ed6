/**
 * libc and Linux, as much of them as packet I/O uses.
 *
 * <p>{@code linux} and the structs' classes are generated as jextract would. {@code Syscalls} has
 * the functions that set errno, answering {@code -errno} where they fail. Who calls any of them
 * answers for pointers and lengths, as in C.
 */
package io.esplanade.ffi.linux;
