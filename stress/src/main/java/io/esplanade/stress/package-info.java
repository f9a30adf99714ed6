/**
 * jcstress tests of what threads share without locks: each sets up one small meeting of threads,
 * has it take place millions of times, and says which outcomes must never be seen.
 */
package io.esplanade.stress;
