/** What bad packets cost, and whether good ones get through a flood of them. */
package io.esplanade.bench.hostile;
