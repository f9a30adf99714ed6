package io.esplanade.engine.crypto.jce;

import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoQueue;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;

import java.lang.foreign.ValueLayout;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

import javax.crypto.Cipher;

/**
 * The provider {@code jce}: {@code javax.crypto}, synchronous. A context is a number under which
 * the process keeps its {@link JceContext}.
 *
 * <p>Allocates for each packet. Refuses (status ERROR) to encrypt twice in a row with one nonce of
 * an AEAD, as the JDK does. CCM, CMAC and XCBC, which the JDK lacks, are made of what it has.
 * Thread-safe.
 */
public final class JceProvider implements CryptoProvider {

    private static final Set<Suite> SUITES =
            Suite.all().stream()
                    .filter(JceAlgorithms::serves)
                    .collect(Collectors.toUnmodifiableSet());
    private static final Map<Long, JceContext> CONTEXTS = new ConcurrentHashMap<>();
    private static final AtomicLong LAST = new AtomicLong();

    @Override
    public String name() {
        return "jce";
    }

    @Override
    public void load() throws CryptoException {
        aes();
    }

    private static Cipher aes() throws CryptoException {
        try {
            return Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw lacks("AES/GCM", e);
        }
    }

    private static CryptoException lacks(String what, GeneralSecurityException e) {
        return new CryptoException(
                "this JDK does not do %s: see security.provider.* in its java.security"
                        .formatted(what),
                e);
    }

    @Override
    public String description() {
        try {
            return aes().getProvider().getName() + " of Java " + Runtime.version();
        } catch (CryptoException e) {
            return e.getMessage();
        }
    }

    @Override
    public Set<Suite> suites() {
        return SUITES;
    }

    @Override
    public long newContext(Suite suite, KeyMaterial key, CryptoBurst.Operation direction)
            throws CryptoException {
        if (!SUITES.contains(suite)) {
            throw new CryptoException("jce does not serve " + suite.keyword());
        }
        if (key.length() != suite.keyMaterialLength()) {
            throw new CryptoException(
                    "%s takes %d bytes of key and salt, not %d"
                            .formatted(suite.keyword(), suite.keyMaterialLength(), key.length()));
        }
        byte[] cipherKey = bytes(key, 0, suite.keyLength());
        byte[] macKey =
                bytes(key, suite.keyLength() + suite.saltLength(), suite.integrityKeyLength());
        try {
            long context = LAST.incrementAndGet();
            CONTEXTS.put(context, JceAlgorithms.newContext(suite, cipherKey, macKey, direction));
            return context;
        } catch (GeneralSecurityException e) {
            throw lacks(suite.keyword(), e);
        } finally {
            Arrays.fill(cipherKey, (byte) 0);
            Arrays.fill(macKey, (byte) 0);
        }
    }

    private static byte[] bytes(KeyMaterial key, int from, int length) {
        return key.segment().asSlice(from, length).toArray(ValueLayout.JAVA_BYTE);
    }

    @Override
    public void freeContext(long context) {
        if (CONTEXTS.remove(context) == null) {
            throw new IllegalArgumentException("no context of jce, or freed before");
        }
    }

    /** What {@code context} stands for, or null. */
    static JceContext context(long context) {
        return CONTEXTS.get(context);
    }

    @Override
    public int contexts() {
        return CONTEXTS.size();
    }

    @Override
    public CryptoQueue newQueue(CryptoBurst burst) {
        return new JceQueue(burst);
    }
}
