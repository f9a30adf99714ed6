package io.esplanade.ffi.generator;

import io.esplanade.ffi.generator.Model.Array;
import io.esplanade.ffi.generator.Model.Field;
import io.esplanade.ffi.generator.Model.Group;
import io.esplanade.ffi.generator.Model.Inner;
import io.esplanade.ffi.generator.Model.Member;
import io.esplanade.ffi.generator.Model.Scalar;
import io.esplanade.ffi.generator.Model.Type;

import java.util.ArrayList;
import java.util.List;

/** Writes the class of one struct or union: its layout, and accessors of its members. */
final class GroupClass {
    private final Arguments arguments;
    private final Source out;

    private GroupClass(Arguments arguments, Model model) {
        this.arguments = arguments;
        this.out = Source.java(arguments, model);
    }

    static String write(Arguments arguments, Model model, Group group) {
        var writer = new GroupClass(arguments, model);
        writer.out.add(
                """
                import java.lang.foreign.Arena;
                import java.lang.foreign.GroupLayout;
                import java.lang.foreign.MemoryLayout;
                import java.lang.foreign.MemorySegment;
                import java.lang.foreign.SegmentAllocator;
                import java.util.Objects;
                import java.util.function.Consumer;
                """);
        writer.body(group, "");
        return writer.out.toString();
    }

    private void body(Group group, String modifier) {
        out.add("/** {@snippet lang=c : %s %s } */", group.keyword(), group.name());
        out.add(
                """
                public %1$sclass %2$s {
                %2$s() {}

                private static final GroupLayout $LAYOUT = %3$s.withName("%2$s");

                public static final GroupLayout layout() {
                return $LAYOUT;
                }

                public static long sizeof() {
                return %4$d;
                }

                public static MemorySegment asSlice(MemorySegment array, long index) {
                return array.asSlice(%4$dL * index, %4$d);
                }

                public static MemorySegment allocate(SegmentAllocator allocator) {
                return allocator.allocate($LAYOUT);
                }

                public static MemorySegment allocateArray(long elementCount, SegmentAllocator allocator) {
                return allocator.allocate(MemoryLayout.sequenceLayout(elementCount, $LAYOUT));
                }

                public static MemorySegment reinterpret(MemorySegment addr, Arena arena, Consumer<MemorySegment> cleanup) {
                return reinterpret(addr, 1, arena, cleanup);
                }

                public static MemorySegment reinterpret(MemorySegment addr, long elementCount, Arena arena, Consumer<MemorySegment> cleanup) {
                return addr.reinterpret(%4$dL * elementCount, arena, cleanup);
                }
                """,
                modifier, group.name(), layout(group), group.size());
        fields(group, 0);
        out.add("}\n");
    }

    private void fields(Group group, long base) {
        for (Field field : group.fields()) {
            long offset = base + field.offset();
            switch (field) {
                case Scalar scalar -> scalar(scalar, offset);
                case Array array -> array(array, offset);
                case Member member -> slice(member, offset);
                case Inner inner when inner.name().isEmpty() -> fields(inner.group(), offset);
                case Inner inner -> {
                    body(inner.group(), "static ");
                    slice(inner, offset);
                }
            }
        }
    }

    private void scalar(Scalar field, long offset) {
        out.add(
                """
                public static %2$s %1$s(MemorySegment struct) {
                return struct.get(%3$s, %4$d);
                }

                public static void %1$s(MemorySegment struct, %2$s fieldValue) {
                struct.set(%3$s, %4$d, fieldValue);
                }

                public static long %1$s$offset() {
                return %4$d;
                }
                """,
                field.name(), field.type().carrier(), reference(field.type()), offset);
    }

    private void slice(Field field, long offset) {
        out.add(
                """
                public static MemorySegment %1$s(MemorySegment struct) {
                return struct.asSlice(%2$d, %3$d);
                }

                public static void %1$s(MemorySegment struct, MemorySegment fieldValue) {
                MemorySegment.copy(fieldValue, 0, struct, %2$d, %3$d);
                }

                public static long %1$s$offset() {
                return %2$d;
                }
                """,
                field.name(), offset, field.size());
    }

    private void array(Array field, long offset) {
        slice(field, offset);
        long each = field.size() / field.count();
        String at =
                "%dL + %dL * Objects.checkIndex(index0, %dL)"
                        .formatted(offset, each, field.count());
        if (field.element().isGroup()) {
            out.add(
                    """
                    public static MemorySegment %1$s(MemorySegment struct, long index0) {
                    return struct.asSlice(%2$s, %3$d);
                    }
                    """,
                    field.name(), at, each);
            return;
        }
        out.add(
                """
                public static %2$s %1$s(MemorySegment struct, long index0) {
                return struct.get(%3$s, %4$s);
                }

                public static void %1$s(MemorySegment struct, long index0, %2$s fieldValue) {
                struct.set(%3$s, %4$s, fieldValue);
                }
                """,
                field.name(), field.element().carrier(), reference(field.element()), at);
    }

    private String layout(Group group) {
        var members = new ArrayList<String>();
        long end = 0;
        for (Field field : group.fields()) {
            if (!group.union()) {
                padding(members, field.offset() - end);
                end = field.offset() + field.size();
            } else {
                end = Math.max(end, field.size());
            }
            String layout = layout(field);
            members.add(
                    field.name().isEmpty()
                            ? layout
                            : layout + ".withName(\"" + field.name() + "\")");
        }
        padding(members, group.union() ? 0 : group.size() - end);
        return "MemoryLayout.%sLayout(%s)".formatted(group.keyword(), String.join(", ", members));
    }

    private static void padding(List<String> members, long bytes) {
        if (bytes > 0) {
            members.add("MemoryLayout.paddingLayout(" + bytes + ")");
        }
    }

    private String layout(Field field) {
        return switch (field) {
            case Scalar scalar -> reference(scalar.type());
            case Array array ->
                    "MemoryLayout.sequenceLayout(%d, %s)"
                            .formatted(array.count(), reference(array.element()));
            case Member member -> reference(member.type());
            case Inner inner when inner.name().isEmpty() -> layout(inner.group());
            case Inner inner -> inner.name() + ".layout()";
        };
    }

    private String reference(Type type) {
        return type.isGroup() ? type.layout() : arguments.headerClass() + "." + type.layout();
    }
}
