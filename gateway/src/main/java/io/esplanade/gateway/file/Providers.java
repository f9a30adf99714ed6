package io.esplanade.gateway.file;

import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoProviders;

import java.util.List;
import java.util.ServiceLoader;

/** The crypto providers on the class path. */
public final class Providers {

    /** What a gateway uses unless told otherwise. */
    public static final String DEFAULT = CryptoProviders.DEFAULT;

    private Providers() {}

    /** All of them, not loaded. */
    public static List<CryptoProvider> all() {
        return ServiceLoader.load(CryptoProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }

    /** Their names. */
    public static List<String> names() {
        return all().stream().map(CryptoProvider::name).sorted().toList();
    }
}
