package io.esplanade.bench.floor;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The C loops of this build. */
public final class FloorLibrary {

    private static final Optional<SymbolLookup> LIBRARY = load();

    private FloorLibrary() {}

    private static Optional<SymbolLookup> load() {
        String name =
                "/io/esplanade/bench/native/" + System.getProperty("os.arch") + "/libfloors.so";
        try (InputStream content = FloorLibrary.class.getResourceAsStream(name)) {
            if (content == null) {
                return Optional.empty();
            }
            Path folder = Files.createTempDirectory("esplanade-bench"); // nobody else's
            Path file = Files.write(folder.resolve("libfloors.so"), content.readAllBytes());
            SymbolLookup library = SymbolLookup.libraryLookup(file, Arena.global());
            Files.delete(file);
            Files.delete(folder);
            return Optional.of(library);
        } catch (IOException e) {
            throw new IllegalStateException("cannot load the C loops", e);
        }
    }

    public static boolean available() {
        return LIBRARY.isPresent();
    }

    /** A function, if this build has it. */
    public static Optional<MethodHandle> function(String name, FunctionDescriptor type) {
        return LIBRARY.flatMap(library -> library.find(name))
                .map(at -> Linker.nativeLinker().downcallHandle(at, type));
    }
}
