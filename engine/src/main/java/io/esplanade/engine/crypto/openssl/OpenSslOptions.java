package io.esplanade.engine.crypto.openssl;

import io.esplanade.engine.crypto.CryptoException;

import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which of the implementations that libcrypto can have are used.
 *
 * @param provider a provider of libcrypto's that is loaded, such as {@code qatprovider}, or null
 *     for those that the process has by its openssl.cnf
 * @param properties the property query (property(7ossl)) that chooses among them, or null for none
 * @param prefers whether libcrypto's own may serve what the chosen ones do not
 */
record OpenSslOptions(String provider, String properties, boolean prefers) {

    static final OpenSslOptions NONE = new OpenSslOptions(null, null, true);

    private static final String PROVIDER = "provider";
    private static final String PROPERTIES = "properties";

    // libcrypto makes a file's name of it.
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+-]*");

    /**
     * What a configuration says. With a provider and no query, what that provider has is asked of
     * it, and the rest of libcrypto's own.
     */
    static OpenSslOptions of(Map<String, String> options) throws CryptoException {
        for (String name : options.keySet()) {
            if (!Set.of(PROVIDER, PROPERTIES).contains(name)) {
                throw new CryptoException(
                        "the crypto provider openssl has no option '%s': it has %s and %s"
                                .formatted(name, PROVIDER, PROPERTIES));
            }
        }
        String provider = options.get(PROVIDER);
        if (provider != null && !NAME.matcher(provider).matches()) {
            throw new CryptoException(
                    "'%s' is no name of a provider of libcrypto's: use one that 'openssl list"
                                    .formatted(provider)
                            + " -providers' shows, or that of its file without .so");
        }
        String properties = options.get(PROPERTIES);
        boolean prefers = properties == null;
        if (prefers && provider != null) {
            properties = "?provider=" + provider;
        }
        return new OpenSslOptions(provider, properties, prefers);
    }

    /** For people; nothing where there are none. */
    String text() {
        return properties == null ? "" : ", properties " + properties;
    }
}
