/**
 * The race: settings, the JVM that measures one of them, and the orchestration of many such JVMs in
 * interleaved rounds.
 */
package io.esplanade.bench.race;
