/**
 * Who runs the stages: lanes and their threads.
 *
 * <p>The first runtime is one lane that runs all stages to completion on one thread.
 */
package io.esplanade.engine.runtime;
