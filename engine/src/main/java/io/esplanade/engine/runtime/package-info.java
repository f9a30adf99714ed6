/**
 * Who runs the stages, and on which threads. The stages are the same everywhere; runtimes differ in
 * who owns what, and in what is guarded:
 *
 * <ul>
 *   <li>{@code percore}: lanes, which share nothing that is written;
 *   <li>{@code giant}: threads under one lock;
 *   <li>{@code finegrained}: threads that share what has a lock, or is atomic, by itself.
 * </ul>
 */
package io.esplanade.engine.runtime;
