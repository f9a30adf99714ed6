package io.esplanade.bench.bed;

import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoProviders;

/** The crypto providers by name: the engine's, and the one that does nothing. */
public final class Providers {

    /** The name of the {@link NullProvider}. */
    public static final String NULL = "null";

    /** The name of the engine's usual provider. */
    public static final String OPENSSL = CryptoProviders.DEFAULT;

    private Providers() {}

    /** The provider of that name, loaded. */
    public static CryptoProvider find(String name) throws CryptoException {
        return name.equals(NULL) ? new NullProvider() : CryptoProviders.find(name);
    }
}
