/**
 * What is raced: traffic that is made where it is received and ends where it is sent, ciphers that
 * cost nothing, and gateways between the two.
 */
package io.esplanade.bench.bed;
