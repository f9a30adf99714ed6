package io.esplanade.ffi.generator;

import static java.util.stream.Collectors.joining;

import io.esplanade.ffi.generator.Clang.Cursor;
import io.esplanade.ffi.generator.Model.Constant;
import io.esplanade.ffi.generator.Model.Function;
import io.esplanade.ffi.generator.Model.Parameter;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Asks the compiler front end what the headers declare; nothing is parsed or computed here. */
final class Headers {
    /** Words that name parameters in C, and not in Java. */
    private static final Set<String> JAVA_ONLY =
            Set.of(
                    ("abstract assert boolean byte catch class extends false final finally"
                                    + " implements import instanceof interface native new null"
                                    + " package private protected public strictfp super"
                                    + " synchronized this throw throws transient true try")
                            .split(" "));

    private static final String PROBE = "esplanade_probe_";

    private final Clang clang;
    private final Arguments arguments;
    private final Types types;
    private final Groups groups;
    private final String includes;
    private final Map<String, Cursor> functions = new HashMap<>();

    private Headers(Clang clang, Arguments arguments) {
        this.clang = clang;
        this.arguments = arguments;
        this.types = new Types(clang, arguments.groups());
        this.groups = new Groups(clang, types);
        this.includes = arguments.headers().stream().map(Headers::include).collect(joining());
    }

    /**
     * @throws GeneratorException when something asked for is not there, or out of reach
     */
    static Model read(Clang clang, Arguments arguments) {
        return new Headers(clang, arguments).model();
    }

    static String include(String header) {
        return "#include " + (header.startsWith("<") ? header : '"' + header + '"') + "\n";
    }

    private Model model() {
        for (Cursor cursor : clang.declarations(includes)) {
            if (cursor.kind() == Clang.FUNCTION) {
                functions.putIfAbsent(clang.name(cursor), cursor);
            } else if (clang.isGroup(cursor) && clang.isDefinition(cursor)) {
                groups.declare(cursor);
            }
        }
        return new Model(
                versions(),
                constants(arguments.constants()),
                arguments.functions().stream().map(this::function).toList(),
                arguments.groups().stream().map(groups::group).toList());
    }

    private Map<String, String> versions() {
        var versions = new LinkedHashMap<String, String>();
        arguments.versions().forEach((name, macros) -> versions.put(name, version(macros)));
        return versions;
    }

    private String version(List<String> macros) {
        return constants(new LinkedHashSet<>(macros)).stream()
                .map(constant -> constant.value().toString())
                .collect(joining("."));
    }

    /** A macro has neither type nor value, but a variable that is declared with it has. */
    private List<Constant> constants(Set<String> names) {
        var text = new StringBuilder(includes);
        for (String name : names) {
            text.append("static const __typeof__(%s) %s%1$s = %1$s;\n".formatted(name, PROBE));
        }
        var found = new HashMap<String, Constant>();
        for (Cursor cursor : clang.declarations(text.toString())) {
            String variable = clang.name(cursor);
            if (cursor.kind() == Clang.VARIABLE && variable.startsWith(PROBE)) {
                String name = variable.substring(PROBE.length());
                found.put(name, constant(name, cursor));
            }
        }
        return names.stream().map(found::get).toList();
    }

    private Constant constant(String name, Cursor variable) {
        var type = clang.type(variable);
        return clang.canonical(type).kind() == Types.CONSTANT_ARRAY
                ? new Constant(name, null, string(name))
                : new Constant(name, types.of(name, type), clang.evaluate(variable));
    }

    /** An array's initialiser has no value to ask for; a pointer's has. */
    private String string(String name) {
        String text = includes + "static const char *" + PROBE + " = " + name + ";\n";
        return clang.declarations(text).stream()
                .filter(cursor -> clang.name(cursor).equals(PROBE))
                .findFirst()
                .map(cursor -> (String) clang.evaluate(cursor))
                .orElseThrow();
    }

    private Function function(String name) {
        Cursor cursor = functions.get(name);
        if (cursor == null) {
            throw new GeneratorException("no such function in the headers: " + name);
        }
        var parameters = new ArrayList<Parameter>();
        var declared = new ArrayList<String>();
        for (int i = 0; i < clang.argumentCount(cursor); i++) {
            Cursor argument = clang.argument(cursor, i);
            String given = clang.name(argument);
            var type = clang.type(argument);
            declared.add((clang.name(type) + " " + given).strip());
            parameters.add(new Parameter(javaName(given, i), types.of(name, type)));
        }
        var type = clang.type(cursor);
        boolean variadic = clang.isVariadic(type);
        if (variadic) {
            declared.add("...");
        }
        var result = clang.resultType(cursor);
        boolean isVoid = clang.canonical(result).kind() == Types.VOID;
        return new Function(
                name,
                isVoid ? null : types.of(name, result),
                parameters,
                variadic,
                "%s %s(%s)".formatted(clang.name(result), name, String.join(", ", declared)),
                clang.name(clang.canonical(type)));
    }

    private static String javaName(String parameter, int i) {
        if (parameter.isEmpty()) {
            return "x" + i;
        }
        return JAVA_ONLY.contains(parameter) ? parameter + "_" : parameter;
    }
}
