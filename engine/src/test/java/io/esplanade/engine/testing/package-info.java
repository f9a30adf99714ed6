/**
 * What tests of the whole engine share: packets made without it, and an engine that the test's own
 * thread drives.
 */
package io.esplanade.engine.testing;
