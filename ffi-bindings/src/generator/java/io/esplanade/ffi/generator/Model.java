package io.esplanade.ffi.generator;

import java.util.List;
import java.util.Map;

/**
 * What the headers declare of what the arguments ask for, in the arguments' order.
 *
 * @param versions of the headers, by name
 */
record Model(
        Map<String, String> versions,
        List<Constant> constants,
        List<Function> functions,
        List<Group> groups) {

    /** Such as {@code glibc 2.36, Linux 6.1}. */
    String versionText() {
        return String.join(
                ", ",
                versions.entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).toList());
    }

    /**
     * A C type as the bindings see it.
     *
     * @param carrier the Java type
     * @param layout an expression: a constant of the header class, or a call of a struct's class
     * @param c the canonical C type
     */
    record Type(String carrier, String layout, String c) {
        /** Whether it is a struct or union: FFM passes those by value, as segments. */
        boolean isGroup() {
            return layout.endsWith("()");
        }
    }

    /**
     * A macro or enum constant.
     *
     * @param type null for a string
     * @param value a Long, a Double or a String
     */
    record Constant(String name, Type type, Object value) {}

    record Parameter(String name, Type type) {}

    /**
     * A function.
     *
     * @param result null for void
     * @param declaration as the headers have it
     * @param c its canonical C type
     */
    record Function(
            String name,
            Type result,
            List<Parameter> parameters,
            boolean variadic,
            String declaration,
            String c) {}

    /** A struct or union. Sizes here and below are bytes. */
    record Group(String name, boolean union, long size, long alignment, List<Field> fields) {
        String keyword() {
            return union ? "union" : "struct";
        }
    }

    /** A member; its offset is from the start of the group that declares it. */
    sealed interface Field {
        String name();

        long offset();

        long size();
    }

    record Scalar(String name, long offset, long size, Type type) implements Field {}

    record Array(String name, long offset, long size, Type element, long count) implements Field {}

    /** A member that is a struct or union with a class of its own. */
    record Member(String name, long offset, long size, Type type) implements Field {}

    /**
     * A member that is a struct or union declared in place.
     *
     * @param name empty where its members count as the outer group's own
     */
    record Inner(String name, long offset, Group group) implements Field {
        @Override
        public long size() {
            return group.size();
        }
    }
}
