package io.esplanade.ffi.generator;

import io.esplanade.ffi.generator.Model.Function;
import io.esplanade.ffi.generator.Model.Parameter;
import io.esplanade.ffi.generator.Model.Type;

import java.util.ArrayList;
import java.util.List;

/**
 * Writes the functions that set errno once more, in the kernel's convention: {@code -errno} in
 * place of -1.
 *
 * <p>The class leans on the header class for layouts alone, so it fits jextract's too.
 */
final class ErrnoClass {
    private final Model model;
    private final Source out;

    private ErrnoClass(Arguments arguments, Model model) {
        this.model = model;
        this.out = Source.java(arguments, model);
    }

    static String write(Arguments arguments, Model model) {
        var writer = new ErrnoClass(arguments, model);
        writer.prologue(arguments);
        List<List<String>> directives = arguments.errnoFunctions();
        for (int i = 0; i < directives.size(); i++) {
            writer.function(i, directives.get(i));
        }
        return writer.out.add("}").toString();
    }

    private void prologue(Arguments arguments) {
        out.add(
                """
                import static %2$s.%3$s.*;

                import java.lang.foreign.FunctionDescriptor;
                import java.lang.foreign.MemorySegment;
                import java.lang.invoke.MethodHandle;

                /**
                * Functions of {@link %3$s} in the kernel's convention: each answers what C's does, but the
                * negative errno where that is -1. What C answers as a pointer is a long here. The downcall
                * itself saves errno, so nothing of the JVM's comes between. Any thread.
                */
                public final class %1$s {
                private %1$s() {}
                """,
                arguments.errnoClass(), arguments.targetPackage(), arguments.headerClass());
    }

    /**
     * @param directive the function's name and the types of its variable arguments
     */
    private void function(int number, List<String> directive) {
        Function function = find(directive.getFirst());
        var parameters = new ArrayList<>(function.parameters());
        for (String type : directive.subList(1, directive.size())) {
            parameters.add(new Parameter("x" + parameters.size(), variableType(type)));
        }
        var signature = Signature.of(function.result(), parameters);
        boolean pointer = signature.result().equals("MemorySegment");
        out.add(
                """
                private static class %1$s$%2$d {
                static final MethodHandle HANDLE = Errno.downcall("%1$s", %3$d, %4$s);
                }

                /** {@snippet lang=c : %5$s }, or {@code -errno}. */
                public static %6$s %1$s(%7$s) {
                MemorySegment state$ = Errno.state();
                %6$s result$;
                try {
                result$ = (%8$s %1$s$%2$d.HANDLE.invokeExact(%9$s)%10$s;
                } catch (Error | RuntimeException e$) {
                throw e$;
                } catch (Throwable t$) {
                throw unexpected(t$);
                }
                return result$ == -1 ? -Errno.of(state$) : result$;
                }
                """,
                function.name(),
                number,
                function.variadic() ? function.parameters().size() : -1,
                signature.descriptor(),
                function.declaration(),
                pointer ? "long" : signature.result(),
                signature.declared(),
                pointer ? "(MemorySegment)" : signature.result() + ")",
                parameters.isEmpty() ? "state$" : "state$, " + signature.passed(),
                pointer ? ").address()" : "");
    }

    private Function find(String name) {
        return model.functions().stream()
                .filter(function -> function.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new GeneratorException("#@ errno of what is not included: " + name));
    }

    private static Type variableType(String c) {
        return switch (c) {
            case "int" -> new Type("int", "C_INT", c);
            case "long" -> new Type("long", "C_LONG", c);
            case "void*" -> new Type("MemorySegment", "C_POINTER", c);
            default -> throw new GeneratorException("#@ errno knows no argument of type " + c);
        };
    }
}
