/**
 * What tests of several modules need of their machine: privileges, programs, network namespaces.
 */
package io.esplanade.testing;
