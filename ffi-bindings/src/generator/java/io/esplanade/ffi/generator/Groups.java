package io.esplanade.ffi.generator;

import io.esplanade.ffi.generator.Clang.Cursor;
import io.esplanade.ffi.generator.Model.Array;
import io.esplanade.ffi.generator.Model.Field;
import io.esplanade.ffi.generator.Model.Group;
import io.esplanade.ffi.generator.Model.Inner;
import io.esplanade.ffi.generator.Model.Member;
import io.esplanade.ffi.generator.Model.Scalar;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The headers' structs and unions, laid out by the compiler front end. */
final class Groups {
    private final Clang clang;
    private final Types types;
    private final Map<String, Cursor> declared = new HashMap<>();

    Groups(Clang clang, Types types) {
        this.clang = clang;
        this.types = types;
    }

    void declare(Cursor definition) {
        declared.put(clang.name(definition), definition);
    }

    Group group(String name) {
        Cursor definition = declared.get(name);
        if (definition == null) {
            throw new GeneratorException("no such struct or union in the headers: " + name);
        }
        return group(name, definition);
    }

    private Group group(String name, Cursor definition) {
        var type = clang.type(definition);
        var fields = new ArrayList<Field>();
        for (Cursor child : clang.children(definition)) {
            if (child.kind() == Clang.FIELD) {
                field(name, child, fields);
            } else if (clang.isGroup(child) && clang.isAnonymousMember(child)) {
                Group group = group(name, child);
                fields.add(new Inner("", offset(type, group), group));
            }
        }
        boolean union = definition.kind() == Clang.UNION;
        return new Group(name, union, clang.size(type), clang.alignment(type), fields);
    }

    /** Of a group without a name: the compiler knows its members as the outer one's. */
    private long offset(Clang.Type outer, Group unnamed) {
        Field first = unnamed.fields().getFirst();
        long offset =
                first instanceof Inner inner && inner.name().isEmpty()
                        ? offset(outer, inner.group())
                        : clang.offset(outer, first.name());
        return offset - first.offset();
    }

    private void field(String owner, Cursor cursor, List<Field> fields) {
        String name = clang.name(cursor);
        String where = owner + "." + name;
        if (clang.isBitField(cursor)) {
            throw new GeneratorException(where + " is out of reach: a bit-field");
        }
        var type = clang.canonical(clang.type(cursor));
        long offset = clang.offset(cursor);
        long size = clang.size(type);
        switch (type.kind()) {
            case Types.INCOMPLETE_ARRAY -> {} // what follows the struct is no part of it
            case Types.CONSTANT_ARRAY -> {
                if (size > 0) {
                    var element = types.of(where, clang.elementType(type));
                    long count = clang.elementCount(type);
                    fields.add(new Array(name, offset, size, element, count));
                }
            }
            case Types.RECORD -> {
                Cursor declaration = clang.declaration(type);
                fields.add(
                        clang.isAnonymous(declaration)
                                ? new Inner(name, offset, group(name, declaration))
                                : new Member(name, offset, size, types.of(where, type)));
            }
            default -> fields.add(new Scalar(name, offset, size, types.of(where, type)));
        }
    }
}
