/**
 * What a whole lane costs per packet, next to its floor in the same process: lane and floors take
 * turns in short slices, and what counts is the difference within a turn.
 */
package io.esplanade.bench.lanes;
