package io.esplanade.ffi.generator;

import io.esplanade.ffi.generator.Model.Type;

import java.util.Set;

/** C's types as Java carriers and layouts, as they are on 64-bit Linux. */
final class Types {
    // CXTypeKind, of clang-c/Index.h
    static final int VOID = 2;
    static final int RECORD = 105;
    static final int CONSTANT_ARRAY = 112;
    static final int INCOMPLETE_ARRAY = 114;

    private final Clang clang;
    private final Set<String> groups;

    /**
     * @param groups the structs and unions that have a class
     */
    Types(Clang clang, Set<String> groups) {
        this.clang = clang;
        this.groups = groups;
    }

    /**
     * @param where what has the type, for the message when that is out of reach
     */
    Type of(String where, Clang.Type declared) {
        var type = clang.canonical(declared);
        String c = clang.name(type);
        return switch (type.kind()) {
            case 3 -> new Type("boolean", "C_BOOL", c);
            case 4, 5, 13, 14 -> new Type("byte", "C_CHAR", c);
            case 8, 16 -> new Type("short", "C_SHORT", c);
            case 9, 17, 106 -> new Type("int", "C_INT", c); // unsigned, int and enum
            case 10, 18 -> new Type("long", "C_LONG", c);
            case 11, 19 -> new Type("long", "C_LONG_LONG", c);
            case 21 -> new Type("float", "C_FLOAT", c);
            case 22 -> new Type("double", "C_DOUBLE", c);
            case 101, CONSTANT_ARRAY, INCOMPLETE_ARRAY -> new Type("MemorySegment", "C_POINTER", c);
            case RECORD -> group(where, clang.name(clang.declaration(type)), c);
            default -> throw new GeneratorException(where + " is out of reach: " + c);
        };
    }

    private Type group(String where, String name, String c) {
        if (!groups.contains(name)) {
            throw new GeneratorException(where + " needs --include-struct or -union " + name);
        }
        return new Type("MemorySegment", name + ".layout()", c);
    }
}
