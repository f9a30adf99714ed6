package io.esplanade.engine.crypto.openssl;

import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.ffi.openssl.libcrypto;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Finds the algorithms that options choose, and loads what they are in. */
final class OpenSslModule {

    private static final String DEFAULT = "default";
    private static final String QAT = "qatprovider";

    private OpenSslModule() {}

    /** libcrypto's own algorithms, whatever the process's openssl.cnf says. */
    static final class Own {
        static final OpenSslAlgorithms ALGORITHMS = algorithms();

        private Own() {}

        private static OpenSslAlgorithms algorithms() {
            try {
                // A new context has libcrypto's provider "default" by itself.
                return new OpenSslAlgorithms(newLibrary(), null);
            } catch (CryptoException e) {
                throw new IllegalStateException(e.getMessage(), e);
            }
        }
    }

    /**
     * The suites that {@code options} choose. A provider that they name is loaded, beside
     * libcrypto's own, into a library context of its own: what else in the process uses libcrypto
     * sees nothing of it. Without one the process's context is asked, as openssl.cnf sets it up.
     */
    static OpenSslSuites load(OpenSslOptions options) throws CryptoException {
        if (options.provider() == null) {
            return suites(MemorySegment.NULL, options);
        }
        MemorySegment library = newLibrary();
        boolean used = false;
        try {
            load(library, options.provider());
            load(library, DEFAULT); // which is there by itself only as long as no other is
            OpenSslSuites suites = suites(library, options);
            used = suites.uses(options.provider());
            if (!used) {
                throw new CryptoException(
                        "libcrypto's provider '%s' serves no suite of ESP's on this machine: leave it out"
                                .formatted(options.provider()));
            }
            return suites;
        } finally {
            if (!used) {
                libcrypto.OSSL_LIB_CTX_free(library);
            }
        }
    }

    private static OpenSslSuites suites(MemorySegment library, OpenSslOptions options)
            throws CryptoException {
        return OpenSslSuites.of(
                new OpenSslAlgorithms(library, options.properties()), options.prefers());
    }

    private static MemorySegment newLibrary() throws CryptoException {
        MemorySegment library = libcrypto.OSSL_LIB_CTX_new();
        if (library.address() == 0) {
            throw OpenSslErrors.exception("no memory for a library context");
        }
        return library;
    }

    private static void load(MemorySegment library, String provider) throws CryptoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(provider);
            if (libcrypto.OSSL_PROVIDER_load(library, name).address() == 0) {
                throw OpenSslErrors.exception(
                        "libcrypto cannot load its provider '%s'".formatted(provider),
                        remedy(provider));
            }
        }
    }

    private static String remedy(String provider) {
        String chosen = System.getenv("OPENSSL_MODULES");
        String folder = chosen == null || chosen.isEmpty() ? builtInFolder() : chosen;
        String put =
                "Put %s.so into %s, and the libraries it is linked with beside libcrypto, or set"
                        + " OPENSSL_MODULES to its folder";
        return put.formatted(provider, folder)
                + (provider.equals(QAT)
                        ? ". It is QAT_Engine's, configured with --enable-qat_provider; Debian 13's"
                                + " package qatengine brings those libraries, and of it only the"
                                + " engine (docs/crypto.md)"
                        : "");
    }

    private static String builtInFolder() {
        return OpenSslErrors.text(libcrypto.OPENSSL_info(libcrypto.OPENSSL_INFO_MODULES_DIR()));
    }
}
