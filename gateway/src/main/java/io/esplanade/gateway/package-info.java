/**
 * The {@code esplanade} command: its verbs, its exit codes, and what it says when something is
 * wrong.
 */
package io.esplanade.gateway;
