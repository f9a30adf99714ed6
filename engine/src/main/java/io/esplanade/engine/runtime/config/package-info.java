/** What an embedding program says about the runtime it wants. */
package io.esplanade.engine.runtime.config;
