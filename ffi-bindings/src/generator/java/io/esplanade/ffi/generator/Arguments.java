package io.esplanade.ffi.generator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One argument file of jextract's, and the directives of ours in it.
 *
 * <p>A directive is a line that begins with {@code #@}, a comment to jextract:
 *
 * <ul>
 *   <li>{@code #@ version NAME MACRO MACRO}: a version of the headers to record, of two numbers
 *   <li>{@code #@ lookup CLASS}: whose {@code symbols()} finds the functions at run time
 *   <li>{@code #@ errno-class CLASS}: the class that takes the functions below
 *   <li>{@code #@ errno FUNCTION TYPE...}: the function once more, answering {@code -errno} where
 *       it fails; the C types are those of its variable arguments
 * </ul>
 */
record Arguments(
        String targetPackage,
        String headerClass,
        List<String> compilerArguments,
        List<String> headers,
        Set<String> functions,
        Set<String> constants,
        Set<String> groups,
        Map<String, List<String>> versions,
        String lookup,
        String errnoClass,
        List<List<String>> errnoFunctions) {

    static Arguments read(Path file) throws IOException {
        var reader = new Reader();
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith("#@")) {
                reader.directive(words(line.substring(2)));
            } else {
                reader.words.addAll(words(line.replaceFirst("#.*", "")));
            }
        }
        return reader.arguments(file);
    }

    private static List<String> words(String line) {
        return Arrays.stream(line.trim().split("\\s+")).filter(word -> !word.isEmpty()).toList();
    }

    private static final class Reader {
        final ArrayDeque<String> words = new ArrayDeque<>();
        private final List<String> compilerArguments = new ArrayList<>();
        private final List<String> headers = new ArrayList<>();
        private final Set<String> functions = new LinkedHashSet<>();
        private final Set<String> constants = new LinkedHashSet<>();
        private final Set<String> groups = new LinkedHashSet<>();
        private final Map<String, List<String>> versions = new LinkedHashMap<>();
        private final List<List<String>> errnoFunctions = new ArrayList<>();
        private String targetPackage;
        private String headerClass;
        private String lookup;
        private String errnoClass;

        void directive(List<String> line) {
            List<String> rest = line.subList(1, line.size());
            switch (line.getFirst()) {
                case "version" -> versions.put(rest.getFirst(), rest.subList(1, rest.size()));
                case "lookup" -> lookup = rest.getFirst();
                case "errno-class" -> errnoClass = rest.getFirst();
                case "errno" -> errnoFunctions.add(rest);
                default -> throw new GeneratorException("unknown directive: " + line.getFirst());
            }
        }

        Arguments arguments(Path file) {
            while (!words.isEmpty()) {
                option(words.poll());
            }
            if (targetPackage == null || headerClass == null || headers.isEmpty()) {
                throw new GeneratorException(
                        file + ": -t, --header-class-name and a header are needed");
            }
            return new Arguments(
                    targetPackage,
                    headerClass,
                    compilerArguments,
                    headers,
                    functions,
                    constants,
                    groups,
                    versions,
                    lookup,
                    errnoClass,
                    errnoFunctions);
        }

        private void option(String word) {
            switch (word) {
                case "--include-function" -> once(functions);
                case "--include-constant" -> once(constants);
                case "--include-struct", "--include-union" -> once(groups);
                case "-t", "--target-package" -> targetPackage = words.remove();
                case "--header-class-name" -> headerClass = words.remove();
                case "-l", "--library" -> words.remove(); // jextract's; ours is #@ lookup
                case "-I", "--include-dir" -> compilerArguments.add("-I" + words.remove());
                case "-D", "--define-macro" -> compilerArguments.add("-D" + words.remove());
                default -> {
                    if (word.startsWith("-")) {
                        throw new GeneratorException("unknown option: " + word);
                    }
                    headers.add(word);
                }
            }
        }

        private void once(Set<String> names) {
            String name = words.remove();
            if (!names.add(name)) {
                throw new GeneratorException("included twice: " + name);
            }
        }
    }
}
