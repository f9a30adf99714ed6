package io.esplanade.gateway.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;

import io.esplanade.engine.crypto.Integrity;
import io.esplanade.engine.ipsec.Fragmentation;
import io.esplanade.engine.ipsec.HeaderRules.DontFragment;
import io.esplanade.engine.ipsec.HeaderRules.EcnMode;
import io.esplanade.engine.ipsec.HeaderRules.FlowLabel;
import io.esplanade.engine.ipsec.SaMode;
import io.esplanade.gateway.view.Json;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The schema that editors get says the same as the parser. */
final class SchemaTest {

    private static final Path SCHEMA = Path.of("../docs/gateway.schema.json");
    private static final Path SAMPLES =
            Path.of("src/test/resources/io/esplanade/gateway/file/good");

    private final JsonSchema schema =
            JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(read(SCHEMA));

    static List<String> samples() {
        return SampleFiles.names("good");
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everyGoodSampleIsValid(String sample) {
        assertThat(errors(load(sample))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everyGoodSampleWithAnUnknownKeyAnywhereIsNot(String sample) {
        Map<String, Object> root = mapping(load(sample));
        for (Map<String, Object> mapping : closedMappings(root)) {
            mapping.put("unknown", "x");

            assertThat(errors(root)).as("unknown key beside %s", mapping.keySet()).isNotEmpty();

            mapping.remove("unknown");
        }
        assertThat(errors(root)).isEmpty();
    }

    @Test
    void theSchemaIsItselfValid() {
        JsonSchema meta =
                JsonSchemaFactory.getInstance(VersionFlag.V202012)
                        .getSchema(
                                java.net.URI.create(
                                        "https://json-schema.org/draft/2020-12/schema"));

        assertThat(meta.validate(read(SCHEMA), InputFormat.JSON)).isEmpty();
    }

    @Test
    void everyKeyOfTheParserIsOneOfTheSchemaAndTheOtherWayRound() {
        Vocabulary.MAPPINGS.forEach(
                (definition, keys) ->
                        assertThat(properties(definition))
                                .as(definition)
                                .containsExactlyInAnyOrderElementsOf(keys));
        assertThat(properties("port")).containsExactlyInAnyOrderElementsOf(Vocabulary.PORT);
        for (PortType type : PortType.all().values()) {
            assertThat(properties("port-" + type.factory().type()))
                    .containsExactlyInAnyOrderElementsOf(type.options());
        }
    }

    @Test
    void theSchemaNamesThePortTypesProvidersAndSuitesThereAre() {
        assertThat(list("port", "properties", "type", "enum"))
                .containsExactlyInAnyOrderElementsOf(PortType.all().keySet());
        assertThat(list("crypto", "properties", "provider", "enum"))
                .containsExactlyInAnyOrderElementsOf(Providers.names());
        assertThat(list("tunnel", "properties", "provider", "enum"))
                .containsExactlyInAnyOrderElementsOf(Providers.names());
        String byAh = value("tunnel", "properties", "ah-proposal", "pattern").toString();
        for (Integrity integrity : Integrity.values()) {
            assertThat(integrity != Integrity.NONE).isEqualTo(integrity.keyword().matches(byAh));
        }
        String proposals = value("tunnel", "properties", "esp-proposal", "pattern").toString();
        for (var suite : io.esplanade.engine.crypto.Suite.all()) {
            assertThat(suite.keyword()).matches(proposals);
        }
        for (String wrong : List.of("aes256", "sha256", "aes128gcm16-sha1", "3des-sha256")) {
            assertThat(wrong).doesNotMatch(proposals);
        }
    }

    @Test
    void theSchemaNamesTheWordsThatTunnelsMaySay() {
        assertWords("mode", SaMode.values());
        assertWords("df", DontFragment.values());
        assertWords("ecn", EcnMode.values());
        assertWords("flow-label", FlowLabel.values());
        assertWords("fragmentation", Fragmentation.values());
    }

    private void assertWords(String key, Enum<?>... values) {
        assertThat(list("tunnel", "properties", key, "enum"))
                .as(key)
                .containsExactlyInAnyOrder(
                        Stream.of(values).map(Literals::keyword).toArray(String[]::new));
    }

    @Test
    void everyKeyIsDescribed() {
        Set<String> silent = new TreeSet<>();
        definitions()
                .forEach(
                        (name, definition) ->
                                mapping(mapping(definition).getOrDefault("properties", Map.of()))
                                        .forEach(
                                                (key, value) -> {
                                                    if (!described(mapping(value))) {
                                                        silent.add(name + "." + key);
                                                    }
                                                }));
        assertThat(silent).isEmpty();
    }

    private boolean described(Map<String, Object> property) {
        if (property.containsKey("description")) {
            return true;
        }
        String reference = property.getOrDefault("$ref", "").toString();
        String definition = reference.replace("#/$defs/", "");
        return mapping(definitions().get(definition)).containsKey("description");
    }

    private Set<ValidationMessage> errors(Object value) {
        return schema.validate(Json.write(value), InputFormat.JSON);
    }

    /** The mappings whose keys are words of ours, not names. */
    private static List<Map<String, Object>> closedMappings(Map<String, Object> root) {
        List<Map<String, Object>> all = new ArrayList<>();
        addClosed(root, all);
        return all;
    }

    private static void addClosed(Map<String, Object> mapping, List<Map<String, Object>> all) {
        all.add(mapping);
        for (Map.Entry<?, ?> entry : mapping.entrySet()) { // a key may be a number
            if (List.of("ports", "tunnels").contains(entry.getKey())) {
                mapping(entry.getValue()).values().forEach(v -> addClosed(mapping(v), all));
            } else if (entry.getValue() instanceof Map && !entry.getKey().equals("neighbours")) {
                addClosed(mapping(entry.getValue()), all);
            } else if (entry.getValue() instanceof Collection<?> items) {
                items.stream()
                        .filter(Map.class::isInstance)
                        .forEach(v -> addClosed(mapping(v), all));
            }
        }
    }

    private Set<String> properties(String definition) {
        return mapping(value(definition, "properties")).keySet();
    }

    private List<String> list(String... path) {
        return ((List<?>) value(path)).stream().map(Object::toString).toList();
    }

    private Object value(String... path) {
        Object value = definitions();
        for (String key : path) {
            value = mapping(value).get(key);
        }
        return value;
    }

    private static Map<String, Object> definitions() {
        return mapping(mapping(parse(read(SCHEMA))).get("$defs"));
    }

    private static Object load(String sample) {
        return parse(read(SAMPLES.resolve(sample + ".yaml")));
    }

    private static Object parse(String text) {
        return new Load(LoadSettings.builder().setSchema(new CoreSchema()).build())
                .loadFromString(text);
    }

    private static Map<String, Object> mapping(Object value) {
        Map<String, Object> result = new LinkedHashMap<>();
        if (value instanceof LinkedHashMap<?, ?> map) {
            @SuppressWarnings("unchecked") // YAML's keys are texts here
            Map<String, Object> same = (Map<String, Object>) map;
            return same;
        }
        ((Map<?, ?>) value).forEach((k, v) -> result.put(k.toString(), v));
        return result;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
