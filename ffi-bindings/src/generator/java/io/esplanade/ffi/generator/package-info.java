/**
 * Generates the bindings: what {@code ffi-bindings/generate} runs and the jar does not hold.
 *
 * <p>{@code Arguments} reads jextract's argument file; {@code Headers} asks libclang, through
 * {@code Clang}, what the headers declare of it and makes a {@code Model}; {@code HeaderClass},
 * {@code GroupClass} and {@code ErrnoClass} write that as Java, {@code Assertions} as C; {@code
 * Generate} compares the outcome with the source tree or puts it there. What is written has the
 * shape of jextract's output, so that either can make the sources. The same headers give the same
 * bytes.
 */
package io.esplanade.ffi.generator;
