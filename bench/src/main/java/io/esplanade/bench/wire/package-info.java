/**
 * What two gateways carry over a veth pair from memory to memory, a core each, next to forwarding
 * without encryption and to two threads of plain C.
 */
package io.esplanade.bench.wire;
