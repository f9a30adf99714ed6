/**
 * Two gateways that change their keys under load: how much they carry without loss, and whether
 * that stays so.
 */
package io.esplanade.bench.rekeys;
