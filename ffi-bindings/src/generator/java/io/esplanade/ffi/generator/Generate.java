package io.esplanade.ffi.generator;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the bindings of jextract's argument files into the source tree, or checks that the tree
 * has them; {@code ffi-bindings/generate} runs it.
 *
 * <p>Other headers than those the tree was generated from may well give other sources. Then the
 * check reports the differences and does not fail: what tells whether the bindings fit those
 * headers is the C compiler, with the assertions in {@code native}.
 */
public final class Generate {
    private static final List<String> ARGUMENT_FILES = List.of("openssl.args", "linux.args");

    private Generate() {}

    public static void main(String[] words) throws IOException {
        boolean check = List.of(words).equals(List.of("--check"));
        if (words.length > 0 && !check) {
            System.err.println("usage: ffi-bindings/generate [--check]");
            System.exit(2);
        }
        try {
            System.exit(run(Path.of(""), check) ? 0 : 1);
        } catch (GeneratorException.Missing e) {
            System.exit(
                    missing(e, check && System.getenv().getOrDefault("CI", "").isEmpty()) ? 0 : 1);
        } catch (GeneratorException e) {
            System.err.println("generate: " + e.getMessage());
            System.exit(1);
        }
    }

    /**
     * @param module the folder of this module
     * @return false when a check finds the tree to differ
     */
    static boolean run(Path module, boolean check) throws IOException {
        boolean good = true;
        for (String file : ARGUMENT_FILES) {
            var arguments = Arguments.read(module.resolve(file));
            var clang = new Clang(Machine.libclang(), compilerArguments(module, arguments));
            var bindings = Bindings.of(arguments, Headers.read(clang, arguments));
            if (check) {
                good &= report(file, bindings.compare(module));
            } else {
                bindings.write(module);
            }
        }
        return good;
    }

    private static List<String> compilerArguments(Path module, Arguments arguments)
            throws IOException {
        var all = new ArrayList<>(arguments.compilerArguments());
        all.add("-I" + module.toAbsolutePath());
        all.add("-isystem" + Machine.compilerHeaders());
        return all;
    }

    private static boolean report(String file, Bindings.Comparison comparison) {
        if (comparison.differences().isEmpty()) {
            System.err.printf(
                    "generate: %s: the tree has what the headers of %s give%n",
                    file, comparison.found());
            return true;
        }
        comparison.differences().forEach(line -> System.err.println("generate: " + line));
        if (comparison.recorded().equals(comparison.found())) {
            System.err.printf(
                    "generate: %s: the tree differs; ffi-bindings/generate rewrites it%n", file);
            return false;
        }
        System.err.printf(
                "generate: %s: NOT COMPARABLE: the tree is from the headers of %s, these are of %s;"
                        + " that the bindings fit these too is for native's assertions to say%n",
                file, comparison.recorded(), comparison.found());
        return true;
    }

    /** Says what is missing, and whether that may be. */
    private static boolean missing(GeneratorException.Missing e, boolean allowed) {
        String line = "generate: " + e.getMessage();
        if (allowed) {
            String bar = "*".repeat(78);
            line = bar + "\ngenerate: THE BINDINGS WERE NOT CHECKED\n" + line + "\n" + bar;
        }
        System.err.println(line);
        return allowed;
    }
}
