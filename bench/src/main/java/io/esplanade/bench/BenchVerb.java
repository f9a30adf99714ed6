package io.esplanade.bench;

import io.esplanade.bench.bed.Providers;
import io.esplanade.engine.crypto.CryptoException;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.util.concurrent.Callable;

/** What all commands have here: help, and how they refuse arguments. */
abstract class BenchVerb implements Callable<Integer> {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Spec private CommandSpec spec;

    /** Refuses the command line with {@code otherwise} unless the condition holds. */
    final void require(boolean condition, String otherwise) {
        if (!condition) {
            throw wrong(otherwise);
        }
    }

    /** Refuses a provider that cannot serve here. */
    final void requireProvider(String name) {
        String why = whyNot(name);
        require(why == null, why);
    }

    /** Why the provider cannot serve here; null if it can. */
    static String whyNot(String provider) {
        try {
            Providers.find(provider);
            return null;
        } catch (CryptoException e) {
            return e.getMessage();
        }
    }

    /** What refuses the command line. */
    final ParameterException wrong(String why) {
        return new ParameterException(spec.commandLine(), why);
    }
}
