package io.esplanade.bench.report;

/** The shape of a series' points. */
enum Mark {
    CIRCLE,
    SQUARE,
    TRIANGLE,
    DIAMOND
}
