/**
 * JMH benchmarks. Each figure stands next to its floor, measured in the same run.
 *
 * <p>{@code java -jar bench/target/benchmarks.jar -prof gc}
 */
package io.esplanade.bench;
