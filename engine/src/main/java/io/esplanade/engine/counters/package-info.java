/**
 * What is counted, and where: one enum of drop reasons, one of counters, one table per lane.
 *
 * <p>Each enum constant is at once the number in memory, the word in a report and its explanation.
 */
package io.esplanade.engine.counters;
