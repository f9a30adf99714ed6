/** Gateways put together, and what may and may not be seen between them. */
package io.esplanade.engine.topology;
