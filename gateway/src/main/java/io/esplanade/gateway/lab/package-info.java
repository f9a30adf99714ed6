/**
 * A laboratory of network namespaces: two hosts, two gateways that are processes of their own, and
 * a link between them, all of the kernel's.
 */
package io.esplanade.gateway.lab;
