package io.esplanade.ffi.generator;

import io.esplanade.ffi.generator.Model.Constant;
import io.esplanade.ffi.generator.Model.Function;
import io.esplanade.ffi.generator.Model.Type;

/** Writes the header class: layouts of C's types, then constants and functions. */
final class HeaderClass {
    private final Arguments arguments;
    private final Source out;

    private HeaderClass(Arguments arguments, Model model) {
        this.arguments = arguments;
        this.out = Source.java(arguments, model);
    }

    static String write(Arguments arguments, Model model) {
        var writer = new HeaderClass(arguments, model);
        writer.prologue();
        model.constants().forEach(writer::constant);
        model.functions().forEach(writer::function);
        return writer.out.add("}").toString();
    }

    private void prologue() {
        String lookup =
                arguments.lookup() == null
                        ? "SymbolLookup.loaderLookup().or(Linker.nativeLinker().defaultLookup())"
                        : arguments.lookup() + ".symbols()";
        out.add(
                """
                import java.lang.foreign.AddressLayout;
                import java.lang.foreign.Arena;
                import java.lang.foreign.FunctionDescriptor;
                import java.lang.foreign.Linker;
                import java.lang.foreign.MemoryLayout;
                import java.lang.foreign.MemorySegment;
                import java.lang.foreign.SegmentAllocator;
                import java.lang.foreign.SymbolLookup;
                import java.lang.foreign.ValueLayout;
                import java.lang.invoke.MethodHandle;

                /** Functions and constants of C under C's names, each as its header says. */
                public class %1$s {
                %1$s() {}

                static final Arena LIBRARY_ARENA = Arena.global();
                static final SymbolLookup SYMBOL_LOOKUP = %2$s;
                """,
                arguments.headerClass(), lookup);
        layout("OfBoolean", "C_BOOL", "bool");
        layout("OfByte", "C_CHAR", "char");
        layout("OfShort", "C_SHORT", "short");
        layout("OfInt", "C_INT", "int");
        layout("OfLong", "C_LONG", "long");
        layout("OfLong", "C_LONG_LONG", "long long");
        layout("OfFloat", "C_FLOAT", "float");
        layout("OfDouble", "C_DOUBLE", "double");
        out.add(
                """
                public static final AddressLayout C_POINTER = \
                ((AddressLayout) Linker.nativeLinker().canonicalLayouts().get("void*"))\
                .withTargetLayout(MemoryLayout.sequenceLayout(Long.MAX_VALUE, C_CHAR));

                static MemorySegment findOrThrow(String symbol) {
                return SYMBOL_LOOKUP.findOrThrow(symbol);
                }

                static AssertionError unexpected(Throwable thrown) {
                return new AssertionError("a downcall threw", thrown);
                }
                """);
    }

    private void layout(String type, String name, String c) {
        out.add(
                """
                public static final ValueLayout.%1$s %2$s = \
                (ValueLayout.%1$s) Linker.nativeLinker().canonicalLayouts().get("%3$s");\
                """,
                type, name, c);
    }

    private void constant(Constant constant) {
        String name = constant.name();
        out.add("/** {@snippet lang=c : #define %s } */", name);
        if (constant.value() instanceof String text) {
            out.add(
                    """
                    public static MemorySegment %1$s() {
                    class Holder {
                    static final MemorySegment %1$s = LIBRARY_ARENA.allocateFrom(%2$s);
                    }
                    return Holder.%1$s;
                    }
                    """,
                    name, Source.quote(text));
            return;
        }
        out.add(
                """
                public static %s %s() {
                return %s;
                }
                """,
                constant.type().carrier(), name, literal(constant.type(), constant.value()));
    }

    private static String literal(Type type, Object value) {
        return switch (type.carrier()) {
            case "long" -> value + "L";
            case "int" -> Integer.toString(((Long) value).intValue());
            case "double" -> value.toString();
            default -> "(%s) %sL".formatted(type.carrier(), value);
        };
    }

    private void function(Function function) {
        if (function.variadic()) {
            variadic(function, Signature.of(function));
        } else {
            fixed(function, Signature.of(function));
        }
    }

    private void fixed(Function function, Signature signature) {
        out.add(
                """
                private static class %1$s {
                static final FunctionDescriptor DESC = %2$s;
                static final MemorySegment ADDR = findOrThrow("%1$s");
                static final MethodHandle HANDLE = Linker.nativeLinker().downcallHandle(ADDR, DESC);
                }

                public static FunctionDescriptor %1$s$descriptor() {
                return %1$s.DESC;
                }

                public static MethodHandle %1$s$handle() {
                return %1$s.HANDLE;
                }

                public static MemorySegment %1$s$address() {
                return %1$s.ADDR;
                }

                /** {@snippet lang=c : %3$s } */
                public static %4$s %1$s(%5$s) {
                try {
                %6$s%1$s.HANDLE.invokeExact(%7$s);
                } catch (Error | RuntimeException e$) {
                throw e$;
                } catch (Throwable t$) {
                throw unexpected(t$);
                }
                }
                """,
                function.name(),
                signature.descriptor(),
                function.declaration(),
                signature.result(),
                signature.declared(),
                signature.returning(),
                signature.passed());
    }

    private void variadic(Function function, Signature signature) {
        out.add(
                """
                /** {@snippet lang=c : %3$s }, for variable arguments of certain layouts. */
                public static class %1$s {
                private static final FunctionDescriptor BASE_DESC = %2$s;
                private static final MemorySegment ADDR = findOrThrow("%1$s");

                private final MethodHandle handle;
                private final FunctionDescriptor descriptor;
                private final MethodHandle spreader;

                private %1$s(MethodHandle handle, FunctionDescriptor descriptor, MethodHandle spreader) {
                this.handle = handle;
                this.descriptor = descriptor;
                this.spreader = spreader;
                }

                public static %1$s makeInvoker(MemoryLayout... layouts) {
                FunctionDescriptor desc = BASE_DESC.appendArgumentLayouts(layouts);
                Linker.Option first = Linker.Option.firstVariadicArg(BASE_DESC.argumentLayouts().size());
                MethodHandle handle = Linker.nativeLinker().downcallHandle(ADDR, desc, first);
                return new %1$s(handle, desc, handle.asSpreader(Object[].class, layouts.length));
                }

                public static MemorySegment address() {
                return ADDR;
                }

                public MethodHandle handle() {
                return handle;
                }

                public FunctionDescriptor descriptor() {
                return descriptor;
                }

                public %4$s apply(%5$s, Object... x%8$d) {
                try {
                %6$sspreader.invokeExact(%7$s, x%8$d);
                } catch (Error | RuntimeException e$) {
                throw e$;
                } catch (Throwable t$) {
                throw unexpected(t$);
                }
                }
                }
                """,
                function.name(),
                signature.descriptor(),
                function.declaration(),
                signature.result(),
                signature.declared(),
                signature.returning(),
                signature.passed(),
                function.parameters().size());
    }
}
