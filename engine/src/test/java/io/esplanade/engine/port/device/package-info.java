/** Ports on the kernel's own devices: veth pairs between this network namespace and hosts' own. */
package io.esplanade.engine.port.device;
