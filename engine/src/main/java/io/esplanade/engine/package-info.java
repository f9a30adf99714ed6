/**
 * The embeddable IPsec gateway engine: {@link io.esplanade.engine.Engine} and what goes in and
 * comes out of it.
 */
package io.esplanade.engine;
