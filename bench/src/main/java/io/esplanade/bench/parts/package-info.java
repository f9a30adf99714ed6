/**
 * Gateways taken apart: the stages in a row without a ring, with one part at a time exchanged for
 * one that threads share, or with a clock between them. They show what each design pays for what.
 */
package io.esplanade.bench.parts;
