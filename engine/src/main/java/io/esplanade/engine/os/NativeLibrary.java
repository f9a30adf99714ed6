package io.esplanade.engine.os;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The engine's own C library, which serves a burst of packets in one call. It is optional: whoever
 * uses it has another way in Java.
 *
 * <p>It comes out of the jar into a private directory, once a process, and stays. Settings, each a
 * system property or else an environment variable:
 *
 * <ul>
 *   <li>{@code esplanade.native.dir}, {@code ESPLANADE_NATIVE_DIR}: where that directory is made,
 *       by default where temporary files are;
 *   <li>{@code esplanade.native}, {@code ESPLANADE_NATIVE}: {@code off} does without the library.
 * </ul>
 *
 * <p>Thread-safe.
 */
public final class NativeLibrary {

    private static final String SWITCH = "esplanade.native";
    private static final String DIRECTORY = "esplanade.native.dir";

    private static final String REMEDY =
            ("Set %s (or -D%s) to a directory of yours on a file system that is not mounted noexec,"
                            + " or %s=off (-D%s=off) to do without, which is slower")
                    .formatted(variable(DIRECTORY), DIRECTORY, variable(SWITCH), SWITCH);

    /**
     * What esplanade_layouts() of these classes' library answers: the structures that both read and
     * write, and the numbers that both know, as one. Where it changes, look at what Java has of
     * them.
     */
    private static final int LAYOUTS = 0x6a6fa954;

    private static NativeLibrary loaded;

    private final SymbolLookup symbols;
    private final String absence;

    private NativeLibrary(SymbolLookup symbols, String absence) {
        this.symbols = symbols;
        this.absence = absence;
    }

    /**
     * The library, loaded, or what stands for it where there is none.
     *
     * @throws NativeLibraryException if there is one and it cannot be loaded, saying why and what
     *     to set; a later call tries again
     */
    public static synchronized NativeLibrary get() {
        if (loaded == null) {
            loaded =
                    find(
                            System.getProperties(),
                            System.getenv(),
                            System.getProperty("os.arch"),
                            Path.of(System.getProperty("java.io.tmpdir")));
        }
        return loaded;
    }

    static NativeLibrary find(
            Map<?, ?> properties, Map<?, ?> environment, String architecture, Path temporary) {
        String chosen = setting(properties, environment, SWITCH);
        switch (chosen) {
            case "", "on" -> {}
            case "off" -> {
                return new NativeLibrary(null, "turned off by " + SWITCH);
            }
            default ->
                    throw new NativeLibraryException(
                            "%s (or %s) is on or off, not '%s'"
                                    .formatted(SWITCH, variable(SWITCH), chosen));
        }
        byte[] content = resource(architecture);
        if (content == null) {
            return new NativeLibrary(null, "not in this build for " + architecture);
        }
        String directory = setting(properties, environment, DIRECTORY);
        Path parent = directory.isEmpty() ? temporary : Path.of(directory);
        SymbolLookup library = open(extract(parent.toAbsolutePath(), content));
        refuseOtherLayouts(library);
        return new NativeLibrary(library, null);
    }

    private static String setting(Map<?, ?> properties, Map<?, ?> environment, String name) {
        Object value = properties.get(name);
        value = value == null ? environment.get(variable(name)) : value;
        return value == null ? "" : value.toString();
    }

    private static String variable(String property) {
        return property.replace('.', '_').toUpperCase(Locale.ROOT);
    }

    private static byte[] resource(String architecture) {
        String name = "/io/esplanade/engine/native/" + architecture + "/libesplanade.so";
        try (InputStream stream = NativeLibrary.class.getResourceAsStream(name)) {
            return stream == null ? null : stream.readAllBytes();
        } catch (IOException e) {
            throw new NativeLibraryException("cannot read " + name + " of the engine's jar", e);
        }
    }

    private static Path extract(Path parent, byte[] content) {
        try {
            return new PrivateFile(parent, "libesplanade.so").with(content);
        } catch (IOException e) {
            throw new NativeLibraryException(
                    "the engine's C library cannot be put into %s: %s. %s"
                            .formatted(parent, e, REMEDY),
                    e);
        }
    }

    private static SymbolLookup open(Path library) {
        try {
            return SymbolLookup.libraryLookup(library, Arena.global());
        } catch (IllegalArgumentException e) {
            throw new NativeLibraryException(
                    "the engine's C library cannot be loaded: %s. %s"
                            .formatted(whyNot(library), REMEDY),
                    e);
        }
    }

    /** What the dynamic linker says, which the exception keeps to itself. */
    private static String whyNot(Path library) {
        try {
            System.load(library.toString());
            return library + " does not load";
        } catch (UnsatisfiedLinkError e) {
            return e.getMessage();
        }
    }

    /** One of another build would take what it is given for something else, and the JVM with it. */
    static void refuseOtherLayouts(SymbolLookup library) {
        boolean same =
                library.find("esplanade_layouts").filter(f -> call(f) == LAYOUTS).isPresent();
        if (!same) {
            throw new NativeLibraryException(
                    ("the engine's C library is not of the same build as its Java classes. Build"
                         + " all modules anew (mvn clean package), or set %s=off (-D%s=off) to do"
                         + " without, which is slower")
                            .formatted(variable(SWITCH), SWITCH));
        }
    }

    private static int call(MemorySegment function) {
        FunctionDescriptor answers = FunctionDescriptor.of(ValueLayout.JAVA_INT);
        try {
            return (int) Linker.nativeLinker().downcallHandle(function, answers).invokeExact();
        } catch (Throwable e) {
            throw new AssertionError("a downcall throws nothing", e);
        }
    }

    /** A function of the library; empty where this library has none of that name. */
    public Optional<MemorySegment> function(String name) {
        return symbols == null ? Optional.empty() : symbols.find(name);
    }

    /** Why there is no library, for people; empty where there is one. */
    public Optional<String> absence() {
        return Optional.ofNullable(absence);
    }
}
