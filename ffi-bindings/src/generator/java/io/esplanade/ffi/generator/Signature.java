package io.esplanade.ffi.generator;

import io.esplanade.ffi.generator.Model.Function;
import io.esplanade.ffi.generator.Model.Parameter;
import io.esplanade.ffi.generator.Model.Type;

import java.util.ArrayList;
import java.util.List;

/**
 * A function's type in the words of Java source.
 *
 * @param descriptor its {@code FunctionDescriptor}
 * @param result the carrier of its result
 * @param returning what stands before an exact invocation to answer the result
 * @param declared its parameters
 * @param passed the same as arguments
 */
record Signature(
        String descriptor, String result, String returning, String declared, String passed) {

    static Signature of(Function function) {
        return of(function.result(), function.parameters());
    }

    static Signature of(Type result, List<Parameter> parameters) {
        var layouts = new ArrayList<String>();
        var declared = new ArrayList<String>();
        var passed = new ArrayList<String>();
        if (result != null) {
            layouts.add(result.layout());
            if (result.isGroup()) { // is written to memory of the caller's
                declared.add("SegmentAllocator allocator$");
                passed.add("allocator$");
            }
        }
        for (Parameter parameter : parameters) {
            layouts.add(parameter.type().layout());
            declared.add(parameter.type().carrier() + " " + parameter.name());
            passed.add(parameter.name());
        }
        return new Signature(
                "FunctionDescriptor.%s(%s)"
                        .formatted(result == null ? "ofVoid" : "of", commas(layouts)),
                result == null ? "void" : result.carrier(),
                result == null ? "" : "return (" + result.carrier() + ") ",
                commas(declared),
                commas(passed));
    }

    private static String commas(List<String> words) {
        return String.join(", ", words);
    }
}
