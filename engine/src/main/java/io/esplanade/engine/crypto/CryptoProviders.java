package io.esplanade.engine.crypto;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** Finds {@link CryptoProvider}s by name, on the module path and on the class path alike. */
public final class CryptoProviders {

    /** The name of the provider used where none is asked for. */
    public static final String DEFAULT = "openssl";

    private CryptoProviders() {}

    /**
     * The provider of this name, loaded.
     *
     * @throws CryptoException if there is none, with the names there are, or if it cannot serve
     *     here
     */
    public static CryptoProvider find(String name) throws CryptoException {
        return find(name, Map.of());
    }

    /**
     * The provider of this name, loaded, with options that it understands.
     *
     * @throws CryptoException if there is none, with the names there are, if it has no such option,
     *     or if it cannot serve here
     */
    public static CryptoProvider find(String name, Map<String, String> options)
            throws CryptoException {
        Map<String, CryptoProvider> available = available();
        CryptoProvider provider = available.get(name);
        if (provider == null) {
            throw new CryptoException(
                    "no crypto provider is called '%s'; there are: %s"
                            .formatted(name, String.join(", ", available.keySet())));
        }
        CryptoProvider chosen = provider.with(options);
        chosen.load();
        return chosen;
    }

    /** Every provider by name, none of them loaded; of two with one name the first found. */
    public static Map<String, CryptoProvider> available() throws CryptoException {
        Map<String, CryptoProvider> found = new LinkedHashMap<>();
        // An application's providers may be where only its own loader looks, and the engine's own
        // where that one does not.
        add(found, CryptoProviders.class.getClassLoader());
        add(found, Thread.currentThread().getContextClassLoader());
        return found;
    }

    private static void add(Map<String, CryptoProvider> found, ClassLoader loader)
            throws CryptoException {
        try {
            for (CryptoProvider provider : ServiceLoader.load(CryptoProvider.class, loader)) {
                found.putIfAbsent(provider.name(), provider);
            }
        } catch (ServiceConfigurationError e) {
            throw new CryptoException("a crypto provider cannot be made: " + e.getMessage(), e);
        }
    }
}
