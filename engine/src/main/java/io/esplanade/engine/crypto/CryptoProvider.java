package io.esplanade.engine.crypto;

import java.util.Map;
import java.util.Set;

/**
 * Makes contexts and queues for some suites; found by {@link java.util.ServiceLoader} or given to
 * the engine's builder.
 *
 * <p>Thread-safe. A context is one SA's keyed cipher in one direction and is used by one queue (one
 * worker thread) at a time; the engine makes one per SA and worker when the SA is added and frees
 * it when no packet can still need it. What a context <em>is</em> (a pointer, an index) is the
 * provider's secret; zero is never one.
 */
public interface CryptoProvider {

    /** The name in configuration, such as {@code openssl}. */
    String name();

    /**
     * The same provider, set otherwise; not loaded. Its names of options are those under its own
     * name in a gateway file.
     *
     * @throws CryptoException if it has no such option, or the value is none
     */
    default CryptoProvider with(Map<String, String> options) throws CryptoException {
        if (options.isEmpty()) {
            return this;
        }
        throw new CryptoException(
                "the crypto provider %s has no option '%s'"
                        .formatted(name(), options.keySet().iterator().next()));
    }

    /**
     * Makes the provider ready, once, before anything else is asked of it; harmless when repeated.
     *
     * @throws CryptoException if it cannot serve here: the message names what was tried and the
     *     remedy
     */
    void load() throws CryptoException;

    /** What it is and where from, for people: {@code OpenSSL 3.0.17 1 Jul 2025}. */
    String description();

    /** The suites it serves. */
    Set<Suite> suites();

    /**
     * What in it serves a suite, for people, such as {@code qatprovider}, which is one of
     * libcrypto's own providers; its name, where there is nothing more to say. To be asked once it
     * is loaded, of a suite that it serves.
     */
    default String implementation(Suite suite) {
        return name();
    }

    /**
     * A keyed context. The key is read during the call only.
     *
     * @param direction whether it encrypts or decrypts
     * @throws CryptoException if the provider refuses; the message never holds key bytes
     */
    long newContext(Suite suite, KeyMaterial key, CryptoBurst.Operation direction)
            throws CryptoException;

    /** Wipes and frees a context that no queue uses any more. */
    void freeContext(long context);

    /** How many contexts it has made and not freed, all engines together. */
    int contexts();

    /** A queue for one worker, which submits {@code burst} through it. */
    CryptoQueue newQueue(CryptoBurst burst);
}
