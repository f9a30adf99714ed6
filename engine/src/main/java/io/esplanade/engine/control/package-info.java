/**
 * Everything slower than packets: the conductor, its commands, and the nonce store.
 *
 * <p>One conductor thread per engine applies changes, runs timers and retires what is no longer
 * used. It is the single writer of the tables that the lanes read.
 */
package io.esplanade.engine.control;
