/** {@code esplanade doctor}: what this machine has for a gateway, what it lacks, and what to do. */
package io.esplanade.gateway.doctor;
