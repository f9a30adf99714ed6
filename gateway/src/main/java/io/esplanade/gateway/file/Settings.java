package io.esplanade.gateway.file;

import io.esplanade.gateway.file.GatewayFile.Neighbour;
import io.esplanade.gateway.file.GatewayFile.PortEntry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What an engine is built with and keeps for life, by the name that the file has for it. Where the
 * file says it does not count.
 */
final class Settings {

    private final Map<String, Object> values = new LinkedHashMap<>();

    Settings(GatewayFile file) {
        values.put("name", file.name());
        values.put("mbufs", file.mbufs());
        values.put("crypto", crypto(file));
        values.put("lanes", file.lanes());
        values.put("runtime", file.runtime().value());
        values.put("nonce-store", file.nonceStore().map(At::value));
        values.put("audit-events", file.auditEvents());
        values.put("ip", file.ip());
        values.put("kernel-routes", file.kernelRoutes().map(GatewayFile.KernelRoutes::routing));
        file.ports().forEach(port -> values.put("ports." + port.name(), port(port)));
    }

    private static Object crypto(GatewayFile file) {
        return List.of(file.crypto().provider(), file.crypto().options(Providers.DEFAULT));
    }

    private static Object port(PortEntry port) {
        return List.of(
                port.type().factory().type(),
                port.side(),
                port.mtu().map(At::value),
                port.addresses().stream().map(At::value).toList(),
                port.neighbours().stream()
                        .collect(Collectors.toMap(n -> n.address().value(), Neighbour::mac)),
                port.options().entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, o -> o.getValue().value())));
    }

    /** The names of what is not the same. */
    Set<String> differences(Settings other) {
        Set<String> names = new TreeSet<>(values.keySet());
        names.addAll(other.values.keySet());
        names.removeIf(name -> Objects.equals(values.get(name), other.values.get(name)));
        return names;
    }
}
