package io.esplanade.gateway.file;

import io.esplanade.engine.port.Side;
import io.esplanade.gateway.file.GatewayFile.Neighbour;
import io.esplanade.gateway.file.GatewayFile.PortEntry;

import org.snakeyaml.engine.v2.nodes.Node;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads one entry of {@code ports}. */
final class PortReader {

    private static final int MAX_MTU = 65535;

    private final Path directory;
    private final Map<String, PortType> types = PortType.all();
    private final Problems problems;

    PortReader(Path directory, Problems problems) {
        this.directory = directory;
        this.problems = problems;
    }

    Optional<PortEntry> read(At<String> name, Node node) {
        return Fields.of(node, "port " + name, problems).flatMap(fields -> read(name, fields));
    }

    private Optional<PortEntry> read(At<String> name, Fields port) {
        port.require("type", "side");
        var typeName = port.word("type", types.keySet());
        var side = port.word("side", List.of("protected", "unprotected"));
        var mtu = port.integer("mtu", 68, MAX_MTU);
        var addresses = port.values("addresses", Literals::address);
        var neighbours = neighbours(name, port);
        if (typeName.isEmpty()) {
            return Optional.empty(); // without its type nothing is known of its options
        }
        PortType type = types.get(typeName.get().value());
        var options = options(port, type);
        return side.map(
                s ->
                        new PortEntry(
                                name,
                                type,
                                s.value().equals("protected") ? Side.PROTECTED : Side.UNPROTECTED,
                                mtu,
                                addresses,
                                neighbours,
                                options));
    }

    private Map<String, At<String>> options(Fields port, PortType type) {
        List<String> known = new ArrayList<>(Vocabulary.PORT);
        known.addAll(type.options());
        port.refuseOthers(known);
        Map<String, At<String>> options = new LinkedHashMap<>();
        for (String option : type.options()) {
            Optional<At<String>> value =
                    type.isFile(option)
                            ? port.value(option, text -> Literals.file(directory, text).toString())
                            : type.isList(option) ? list(port, option) : port.text(option);
            value.ifPresent(v -> options.put(option, v));
        }
        return Collections.unmodifiableMap(options); // in this order
    }

    private static Optional<At<String>> list(Fields port, String option) {
        List<At<String>> items = port.values(option, text -> text);
        return items.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new At<>(
                                items.stream().map(At::value).collect(Collectors.joining(", ")),
                                items.getFirst().position()));
    }

    private List<Neighbour> neighbours(At<String> name, Fields port) {
        List<Neighbour> result = new ArrayList<>();
        port.node("neighbours")
                .flatMap(node -> Fields.of(node, "neighbours of port " + name, problems))
                .ifPresent(neighbours -> neighbours(neighbours, result));
        return List.copyOf(result);
    }

    private void neighbours(Fields neighbours, List<Neighbour> result) {
        for (String address : neighbours.names()) {
            Position at = neighbours.position(address);
            try {
                var parsed = new At<>(Literals.address(address), at);
                neighbours
                        .value(address, Literals::mac)
                        .ifPresent(mac -> result.add(new Neighbour(parsed, mac.value())));
            } catch (Wrong e) {
                problems.error(at, e.getMessage(), e.remedy());
            }
        }
    }
}
