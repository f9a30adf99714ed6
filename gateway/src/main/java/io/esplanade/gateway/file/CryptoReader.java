package io.esplanade.gateway.file;

import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProviders;
import io.esplanade.gateway.file.GatewayFile.Crypto;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Reads the section {@code crypto}: who does the cryptography where a tunnel does not say. */
final class CryptoReader {

    private final Problems problems;

    CryptoReader(Problems problems) {
        this.problems = problems;
    }

    /** What the section says; where it is wrong, or not there, the default. */
    Crypto read(Optional<Fields> section) {
        section.ifPresent(c -> c.refuseOthers(Vocabulary.CRYPTO));
        return new Crypto(
                section.flatMap(c -> c.word("provider", Providers.names())),
                section.flatMap(c -> c.node(Providers.DEFAULT))
                        .flatMap(
                                node ->
                                        Fields.of(
                                                node,
                                                Providers.DEFAULT,
                                                Vocabulary.OPENSSL,
                                                problems))
                        .flatMap(this::options));
    }

    /** What cannot be an option anywhere is refused; what this machine lacks is no mistake. */
    private Optional<At<Map<String, String>>> options(Fields openssl) {
        Map<String, String> options = new LinkedHashMap<>();
        for (String key : Vocabulary.OPENSSL) {
            openssl.text(key).ifPresent(text -> options.put(key, text.value()));
        }
        try {
            CryptoProviders.available().get(Providers.DEFAULT).with(options);
        } catch (CryptoException e) {
            problems.error(
                    openssl.position("provider"),
                    "provider: " + e.getMessage(),
                    "correct it as that says");
            return Optional.empty();
        }
        return Optional.of(new At<>(Map.copyOf(options), openssl.position()));
    }
}
