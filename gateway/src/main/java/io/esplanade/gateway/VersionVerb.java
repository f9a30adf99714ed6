package io.esplanade.gateway;

import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.gateway.file.Providers;

import picocli.CommandLine.Command;

import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code esplanade version}. */
@Command(
        name = "version",
        header = "Show the versions of Esplanade, the JDK and the crypto libraries found.")
final class VersionVerb implements Callable<Integer> {

    private final Console console;

    VersionVerb(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        console.out().println("esplanade " + version());
        console.out()
                .println(
                        "JDK       %s (%s), %s"
                                .formatted(
                                        Runtime.version(),
                                        System.getProperty("java.vendor.version", "no vendor"),
                                        System.getProperty("java.home")));
        console.out()
                .println(
                        "system    %s %s on %s"
                                .formatted(
                                        System.getProperty("os.name"),
                                        System.getProperty("os.version"),
                                        System.getProperty("os.arch")));
        for (CryptoProvider provider : Providers.all()) {
            console.out().println("%-9s %s".formatted(provider.name(), describe(provider)));
        }
        return Exit.OK;
    }

    static String version() {
        return Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
                .orElse("(not packaged)");
    }

    private static String describe(CryptoProvider provider) {
        try {
            provider.load();
            return provider.description();
        } catch (CryptoException e) {
            return "not usable: " + e.getMessage();
        }
    }
}
