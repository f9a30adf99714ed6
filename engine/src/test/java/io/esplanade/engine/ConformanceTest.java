package io.esplanade.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What docs/conformance.md says is done where there is such a class, and proven by such a test. */
class ConformanceTest {

    private static final Path DOCUMENT = Path.of("../docs/conformance.md");

    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w+)(?:\\.(\\w+))?`");

    private static final int LEAST = 100; // else it was not read as it is written

    @Test
    void everyClassAndTestNamedExists() throws IOException {
        Map<String, String> sources = sources();
        List<String> named = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        Matcher name = NAMED.matcher(Files.readString(DOCUMENT));
        while (name.find()) {
            named.add(name.group());
            String source = sources.getOrDefault(name.group(1), "");
            boolean there =
                    name.group(2) == null
                            ? !source.isEmpty()
                            : source.contains("void " + name.group(2) + "(")
                                    && source.contains("Test;");
            if (!there) {
                missing.add(name.group());
            }
        }
        assertThat(missing).isEmpty();
        assertThat(named).hasSizeGreaterThan(LEAST);
    }

    /** Every requirement but those that say that they are not met has its test. */
    @Test
    void everyRowHasAClassAndATest() throws IOException {
        List<String> rows =
                Files.readAllLines(DOCUMENT).stream()
                        .filter(line -> line.matches("\\| (RFC )?[A-Z]?\\d.*"))
                        .toList();
        assertThat(rows).hasSizeGreaterThan(LEAST / 2);
        for (String row : rows) {
            String[] cells = row.split(" *\\| *", -1);
            assertThat(cells).as(row).hasSize(6);
            assertThat(cells[3].isEmpty()).as(row).isEqualTo(cells[4].isEmpty());
            if (!cells[4].isEmpty()) {
                assertThat(cells[3]).as(row).matches(".*`[A-Z]\\w+`.*");
                assertThat(cells[4]).as(row).matches(".*`[A-Z]\\w+Test\\.\\w+`.*");
            }
        }
    }

    /** All sources of engine, gateway and benchmarks by the names of their classes. */
    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new HashMap<>();
        for (String module : new String[] {"engine", "gateway", "bench"}) {
            try (Stream<Path> files = Files.walk(Path.of("..", module, "src"))) {
                for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                    String name = file.getFileName().toString().replace(".java", "");
                    sources.merge(name, Files.readString(file), String::concat);
                }
            }
        }
        return sources;
    }
}
