/**
 * The race: settings, the JVM that measures one of them, and the orchestration of many such JVMs,
 * which take turns.
 */
package io.esplanade.bench.race;
