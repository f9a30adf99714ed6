/** Puts an engine's parts together: memory, tables, the runtime asked for, the conductor. */
package io.esplanade.engine.runtime.assembly;
