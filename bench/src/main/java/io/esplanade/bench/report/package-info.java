/** Writes what a race found: charts, a page that needs nothing else, JSON. */
package io.esplanade.bench.report;
