package io.esplanade.ffi.generator;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * libclang's C interface, as much of it as reading headers takes.
 *
 * <p>One thread. Nothing is freed: the process ends when the sources are written.
 */
final class Clang {
    /** A {@code CXCursor}: a declaration, by value. */
    record Cursor(MemorySegment value) {
        int kind() {
            return value.get(JAVA_INT, 0);
        }
    }

    /** A {@code CXType}, by value. */
    record Type(MemorySegment value) {
        int kind() {
            return value.get(JAVA_INT, 0);
        }
    }

    // CXCursorKind, of clang-c/Index.h
    static final int STRUCT = 2;
    static final int UNION = 3;
    static final int FIELD = 6;
    static final int FUNCTION = 8;
    static final int VARIABLE = 9;

    private static final MemoryLayout CURSOR =
            MemoryLayout.structLayout(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, ADDRESS);
    private static final MemoryLayout TYPE =
            MemoryLayout.structLayout(JAVA_INT, MemoryLayout.paddingLayout(4), ADDRESS, ADDRESS);
    private static final MemoryLayout STRING =
            MemoryLayout.structLayout(ADDRESS, JAVA_INT, MemoryLayout.paddingLayout(4));
    private static final MemoryLayout UNSAVED_FILE =
            MemoryLayout.structLayout(ADDRESS, ADDRESS, JAVA_LONG);

    private static final String NO_CRASH_RECOVERY = "LIBCLANG_DISABLE_CRASH_RECOVERY";
    private static final int CONTINUE = 1;
    private static final int SEVERITY_ERROR = 3;

    private final Arena arena = Arena.global();
    private final Linker linker = Linker.nativeLinker();
    private final Map<String, MethodHandle> handles = new HashMap<>();
    private final SymbolLookup library;
    private final List<String> arguments;
    private final MemorySegment index;
    private final MemorySegment visitor;
    private List<Cursor> visited;

    /**
     * @param arguments the compiler's: {@code -I}, {@code -D} and the like
     */
    Clang(Path library, List<String> arguments) {
        if (System.getenv(NO_CRASH_RECOVERY) == null) {
            // It would take the signal handlers that the JVM lives by, and the JVM would crash.
            throw new GeneratorException("set " + NO_CRASH_RECOVERY + ", as generate does");
        }
        this.library = SymbolLookup.libraryLookup(library, arena);
        this.arguments = arguments;
        this.index = (MemorySegment) call("createIndex", ADDRESS, 0, 0);
        this.visitor = visitorStub();
    }

    /**
     * Parses {@code text} and answers its top-level declarations, in order.
     *
     * @throws GeneratorException with the compiler's messages when there are errors
     */
    List<Cursor> declarations(String text) {
        MemorySegment name = arena.allocateFrom("input.c");
        MemorySegment body = arena.allocateFrom(text);
        MemorySegment file = arena.allocate(UNSAVED_FILE);
        file.set(ADDRESS, 0, name);
        file.set(ADDRESS, 8, body);
        file.set(JAVA_LONG, 16, body.byteSize() - 1);
        MemorySegment argv = arena.allocate(ADDRESS, arguments.size());
        for (int i = 0; i < arguments.size(); i++) {
            argv.setAtIndex(ADDRESS, i, arena.allocateFrom(arguments.get(i)));
        }
        var unit =
                (MemorySegment)
                        call(
                                "parseTranslationUnit",
                                ADDRESS,
                                index,
                                name,
                                argv,
                                arguments.size(),
                                file,
                                1,
                                0);
        if (unit.equals(MemorySegment.NULL)) {
            throw new GeneratorException("libclang could not read the headers");
        }
        failOnErrors(unit);
        return children((Cursor) call("getTranslationUnitCursor", CURSOR, unit));
    }

    private void failOnErrors(MemorySegment unit) {
        var errors = new ArrayList<String>();
        int count = (int) call("getNumDiagnostics", JAVA_INT, unit);
        for (int i = 0; i < count; i++) {
            Object diagnostic = call("getDiagnostic", ADDRESS, unit, i);
            if ((int) call("getDiagnosticSeverity", JAVA_INT, diagnostic) >= SEVERITY_ERROR) {
                errors.add((String) call("formatDiagnostic", STRING, diagnostic, 1));
            }
        }
        if (!errors.isEmpty()) {
            String message = String.join("\n", errors);
            throw message.contains("file not found")
                    ? new GeneratorException.Missing(message + "\n" + Machine.HEADERS)
                    : new GeneratorException(message);
        }
    }

    List<Cursor> children(Cursor parent) {
        var found = new ArrayList<Cursor>();
        visited = found;
        call("visitChildren", JAVA_INT, parent, visitor, MemorySegment.NULL);
        return found;
    }

    String version() {
        return (String) call("getClangVersion", STRING);
    }

    String name(Cursor cursor) {
        return (String) call("getCursorSpelling", STRING, cursor);
    }

    boolean isGroup(Cursor cursor) {
        return cursor.kind() == STRUCT || cursor.kind() == UNION;
    }

    boolean isDefinition(Cursor cursor) {
        return isTrue("isCursorDefinition", cursor);
    }

    boolean isAnonymous(Cursor record) {
        return isTrue("Cursor_isAnonymous", record);
    }

    boolean isBitField(Cursor field) {
        return isTrue("Cursor_isBitField", field);
    }

    Type type(Cursor cursor) {
        return (Type) call("getCursorType", TYPE, cursor);
    }

    /** The declaration of a struct, union or enum type. */
    Cursor declaration(Type type) {
        return (Cursor) call("getTypeDeclaration", CURSOR, type);
    }

    int argumentCount(Cursor function) {
        return (int) call("Cursor_getNumArguments", JAVA_INT, function);
    }

    Cursor argument(Cursor function, int i) {
        return (Cursor) call("Cursor_getArgument", CURSOR, function, i);
    }

    Type resultType(Cursor function) {
        return (Type) call("getCursorResultType", TYPE, function);
    }

    /** In bytes, from the start of the record that declares the field. */
    long offset(Cursor field) {
        return (long) call("Cursor_getOffsetOfField", JAVA_LONG, field) / Byte.SIZE;
    }

    /** In bytes, also of a member of a member without a name. */
    long offset(Type record, String field) {
        MemorySegment name = arena.allocateFrom(field);
        return (long) call("Type_getOffsetOf", JAVA_LONG, record, name) / Byte.SIZE;
    }

    /** Whether a struct or union declared in another is a member of it without a name. */
    boolean isAnonymousMember(Cursor record) {
        return isTrue("Cursor_isAnonymousRecordDecl", record);
    }

    Type canonical(Type type) {
        return (Type) call("getCanonicalType", TYPE, type);
    }

    String name(Type type) {
        return (String) call("getTypeSpelling", STRING, type);
    }

    boolean isVariadic(Type function) {
        return isTrue("isFunctionTypeVariadic", function);
    }

    long size(Type type) {
        return (long) call("Type_getSizeOf", JAVA_LONG, type);
    }

    long alignment(Type type) {
        return (long) call("Type_getAlignOf", JAVA_LONG, type);
    }

    Type elementType(Type array) {
        return (Type) call("getArrayElementType", TYPE, array);
    }

    long elementCount(Type array) {
        return (long) call("getArraySize", JAVA_LONG, array);
    }

    /** The value of an initialised variable: a Long, a Double or a String. */
    Object evaluate(Cursor variable) {
        var result = (MemorySegment) call("Cursor_Evaluate", ADDRESS, variable);
        int kind =
                result.equals(MemorySegment.NULL)
                        ? 0
                        : (int) call("EvalResult_getKind", JAVA_INT, result);
        return switch (kind) {
            case 1 -> call("EvalResult_getAsLongLong", JAVA_LONG, result);
            case 2 -> call("EvalResult_getAsDouble", JAVA_DOUBLE, result);
            case 4 -> string((MemorySegment) call("EvalResult_getAsStr", ADDRESS, result));
            default -> throw new GeneratorException(name(variable) + " is no constant");
        };
    }

    private boolean isTrue(String function, Object argument) {
        return (int) call(function, JAVA_INT, argument) != 0;
    }

    private Object call(String name, MemoryLayout result, Object... arguments) {
        var layouts = new MemoryLayout[arguments.length];
        var values = new ArrayList<Object>();
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case Integer n -> add(layouts, i, JAVA_INT, values, n);
                case Cursor cursor -> add(layouts, i, CURSOR, values, cursor.value);
                case Type type -> add(layouts, i, TYPE, values, type.value);
                case MemorySegment pointer -> add(layouts, i, ADDRESS, values, pointer);
                default -> throw new IllegalArgumentException(name);
            }
        }
        if (result instanceof GroupLayout) {
            values.addFirst((SegmentAllocator) arena);
        }
        try {
            var value =
                    handle(name, FunctionDescriptor.of(result, layouts))
                            .invokeWithArguments(values);
            return result instanceof GroupLayout ? wrap(result, (MemorySegment) value) : value;
        } catch (Throwable t) {
            throw new IllegalStateException("clang_" + name, t);
        }
    }

    private static void add(
            MemoryLayout[] layouts, int i, MemoryLayout layout, List<Object> values, Object value) {
        layouts[i] = layout;
        values.add(value);
    }

    private MethodHandle handle(String name, FunctionDescriptor type) {
        return handles.computeIfAbsent(
                name, n -> linker.downcallHandle(library.findOrThrow("clang_" + n), type));
    }

    private Object wrap(MemoryLayout layout, MemorySegment value) throws Throwable {
        if (layout == CURSOR) {
            return new Cursor(value);
        }
        if (layout == TYPE) {
            return new Type(value);
        }
        var getCString = handle("getCString", FunctionDescriptor.of(ADDRESS, STRING));
        return string((MemorySegment) getCString.invoke(value));
    }

    private static String string(MemorySegment pointer) {
        return pointer.equals(MemorySegment.NULL)
                ? ""
                : pointer.reinterpret(Long.MAX_VALUE).getString(0);
    }

    private MemorySegment visitorStub() {
        var type = FunctionDescriptor.of(JAVA_INT, CURSOR, CURSOR, ADDRESS);
        try {
            var visit =
                    MethodHandles.lookup()
                            .bind(
                                    this,
                                    "visit",
                                    MethodType.methodType(
                                            int.class,
                                            MemorySegment.class,
                                            MemorySegment.class,
                                            MemorySegment.class));
            return linker.upcallStub(visit, type, arena);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Called by {@code clang_visitChildren}; the cursor is the callee's only for this call. */
    private int visit(MemorySegment cursor, MemorySegment parent, MemorySegment data) {
        visited.add(new Cursor(arena.allocate(CURSOR).copyFrom(cursor)));
        return CONTINUE;
    }
}
