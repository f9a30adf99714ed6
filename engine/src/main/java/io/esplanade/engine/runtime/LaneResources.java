package io.esplanade.engine.runtime;

import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.mbuf.DropSink;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.os.Clock;

/**
 * What a lane has of its own: its part of the mbufs, its counters, its way to drop.
 *
 * @param pool the engine's pool
 * @param source the lane's free mbufs
 * @param drops where its packets end that go nowhere
 * @param counters what it counts
 * @param clock the engine's clock
 */
record LaneResources(
        MbufPool pool, MbufSource source, DropSink drops, CounterTable counters, Clock clock) {}
