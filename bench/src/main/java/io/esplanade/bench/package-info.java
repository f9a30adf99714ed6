/**
 * The race of the three designs ({@link io.esplanade.bench.Bench}, {@code ./esplanade bench}) and
 * the JMH benchmarks. Each figure stands next to its floor or ceiling, measured in the same run.
 *
 * <p>{@code java -jar bench/target/benchmarks.jar -prof gc}
 */
package io.esplanade.bench;
