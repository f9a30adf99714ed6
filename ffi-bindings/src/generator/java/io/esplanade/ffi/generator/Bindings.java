package io.esplanade.ffi.generator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The sources generated of one argument file.
 *
 * @param versions of the headers
 * @param folder what holds the Java sources, and nothing else
 * @param files contents by path; both paths start from this module's folder
 */
record Bindings(String versions, Path folder, Map<Path, String> files) {
    private static final Path JAVA = Path.of("src/main/generated");
    private static final Path C = Path.of("../native/src/main/generated");

    /**
     * What the tree has against what was generated.
     *
     * @param recorded the versions of the headers that the tree was generated from
     * @param found those of the headers here
     * @param differences a line each
     */
    record Comparison(String recorded, String found, List<String> differences) {}

    static Bindings of(Arguments arguments, Model model) {
        Path folder = JAVA.resolve(arguments.targetPackage().replace('.', '/'));
        var files = new TreeMap<Path, String>();
        files.put(
                folder.resolve(arguments.headerClass() + ".java"),
                HeaderClass.write(arguments, model));
        for (var group : model.groups()) {
            files.put(
                    folder.resolve(group.name() + ".java"),
                    GroupClass.write(arguments, model, group));
        }
        if (arguments.errnoClass() != null) {
            files.put(
                    folder.resolve(arguments.errnoClass() + ".java"),
                    ErrnoClass.write(arguments, model));
        }
        files.put(C.resolve(arguments.headerClass() + ".c"), Assertions.write(arguments, model));
        return new Bindings(model.versionText(), folder, files);
    }

    void write(Path module) throws IOException {
        for (Path stray : strays(module)) {
            Files.delete(module.resolve(stray));
        }
        for (var file : files.entrySet()) {
            Path path = module.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
    }

    Comparison compare(Path module) throws IOException {
        var differences = new ArrayList<String>();
        String recorded = "";
        for (var file : files.entrySet()) {
            Path path = module.resolve(file.getKey());
            if (!Files.exists(path)) {
                differences.add(file.getKey() + " is missing");
                continue;
            }
            List<String> there = Files.readAllLines(path);
            List<String> generated = file.getValue().lines().toList();
            if (there.getFirst().startsWith(Source.BANNER)) {
                recorded = there.getFirst().substring(Source.BANNER.length());
            }
            difference(file.getKey(), there, generated, differences);
        }
        strays(module).forEach(stray -> differences.add(stray + " is generated no longer"));
        return new Comparison(recorded, versions, differences);
    }

    /** The first line that differs is enough to say; the first line of all has the versions. */
    private static void difference(
            Path file, List<String> there, List<String> generated, List<String> differences) {
        for (int i = 1; i < Math.max(there.size(), generated.size()); i++) {
            String has = i < there.size() ? there.get(i) : "";
            String should = i < generated.size() ? generated.get(i) : "";
            if (!has.equals(should)) {
                differences.add(
                        "%s:%d: has '%s', not '%s'"
                                .formatted(file, i + 1, has.strip(), should.strip()));
                return;
            }
        }
    }

    private Collection<Path> strays(Path module) throws IOException {
        var strays = new TreeSet<Path>();
        if (Files.isDirectory(module.resolve(folder))) {
            try (var there = Files.list(module.resolve(folder))) {
                there.map(path -> folder.resolve(path.getFileName())).forEach(strays::add);
            }
        }
        strays.removeAll(files.keySet());
        return strays;
    }
}
