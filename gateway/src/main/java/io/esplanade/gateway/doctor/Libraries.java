package io.esplanade.gateway.doctor;

import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoProviders;
import io.esplanade.engine.os.NativeLibrary;
import io.esplanade.engine.os.NativeLibraryException;
import io.esplanade.gateway.file.Gateway;
import io.esplanade.gateway.file.Providers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The crypto providers there are, and what they stand on. */
final class Libraries {

    /** The provider that is there to compare with: nobody measures it unless it is to serve. */
    static final String JCE = "jce";

    private static final String CRYPTOGRAPHY = "cryptography";
    private static final String QAT = "qatprovider";

    private final Gateway gateway;
    private final Machine machine;
    private final Map<String, CryptoProvider> usable = new LinkedHashMap<>();

    /**
     * @param gateway whose options providers have, or null
     */
    Libraries(Gateway gateway, Machine machine) {
        this.gateway = gateway;
        this.machine = machine;
    }

    /** Loads what there is, and says what came of it. */
    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        findings.add(cLibrary());
        for (CryptoProvider provider : Providers.all()) {
            findings.add(provider(provider.name()));
        }
        findings.add(qat());
        return findings;
    }

    /** The providers that can serve, by their names; those of findings. */
    Map<String, CryptoProvider> usable() {
        return usable;
    }

    private static Finding cLibrary() {
        String name = "C library";
        try {
            return NativeLibrary.get()
                    .absence()
                    .map(
                            why ->
                                    Finding.lacking(
                                            CRYPTOGRAPHY,
                                            name,
                                            why,
                                            "Build with a C compiler (apt-get install gcc"
                                                + " libssl-dev libipsec-mb-dev): openssl then takes"
                                                + " one native call a burst, and there is"
                                                + " ipsec-mb."))
                    .orElse(Finding.good(CRYPTOGRAPHY, name, "one native call a burst"));
        } catch (NativeLibraryException e) {
            return Finding.lacking(CRYPTOGRAPHY, name, "does not load", e.getMessage());
        }
    }

    private Finding provider(String name) {
        try {
            CryptoProvider provider =
                    gateway == null ? CryptoProviders.find(name) : gateway.findProvider(name);
            usable.put(name, provider);
            return switch (name) {
                case Providers.DEFAULT -> openssl(provider);
                case JCE ->
                        Finding.good(
                                CRYPTOGRAPHY,
                                name,
                                provider.description()
                                        + "; its keys are on the heap, so only where a file names"
                                        + " it");
                default -> Finding.good(CRYPTOGRAPHY, name, provider.description());
            };
        } catch (CryptoException e) {
            return Finding.lacking(
                    CRYPTOGRAPHY, name, "cannot be used", name + ": " + e.getMessage());
        }
    }

    private Finding openssl(CryptoProvider provider) {
        String text = provider.description() + loadedFrom();
        boolean old = text.startsWith("OpenSSL 3.0.") || text.startsWith("OpenSSL 3.1.");
        return old && machine.has("VAES")
                ? Finding.lacking(
                        CRYPTOGRAPHY,
                        provider.name(),
                        text,
                        "Use OpenSSL 3.2 or later (Debian 13 has 3.5; ESPLANADE_LIBCRYPTO names a"
                            + " file): it uses this processor's VAES, and AES-GCM takes about half"
                            + " the time.")
                : Finding.good(CRYPTOGRAPHY, provider.name(), text);
    }

    private String loadedFrom() {
        return machine.lines("proc/self/maps").stream()
                .filter(line -> line.contains("/libcrypto.so"))
                .map(line -> line.substring(line.indexOf('/')))
                .distinct()
                .findFirst()
                .map(path -> ", " + path)
                .orElse("");
    }

    private static Finding qat() {
        try {
            CryptoProvider provider =
                    CryptoProviders.find(Providers.DEFAULT, Map.of("provider", QAT));
            return Finding.good(
                    CRYPTOGRAPHY,
                    QAT,
                    "serves AES-GCM by %s, synchronously (crypto: { openssl: { provider: %s } })"
                            .formatted(provider.implementation(Speeds.FIRST), QAT));
        } catch (CryptoException e) {
            return Finding.good(CRYPTOGRAPHY, QAT, "none that libcrypto can use (docs/crypto.md)");
        }
    }
}
