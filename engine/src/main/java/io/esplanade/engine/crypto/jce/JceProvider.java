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

import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * The provider {@code jce}: {@code javax.crypto}, synchronous. A context is a number under which
 * the process keeps a cipher.
 *
 * <p>Allocates for each packet. Refuses (status ERROR) to encrypt twice in a row with one IV, as
 * the JDK does. Thread-safe.
 */
public final class JceProvider implements CryptoProvider {

    private static final String TRANSFORMATION = "AES/GCM/NoPadding";
    private static final Set<Suite> SUITES =
            Set.of(Suite.AES_GCM_16_128, Suite.AES_GCM_16_192, Suite.AES_GCM_16_256);
    private static final Map<Long, JceCipher> CONTEXTS = new ConcurrentHashMap<>();
    private static final AtomicLong LAST = new AtomicLong();

    @Override
    public String name() {
        return "jce";
    }

    @Override
    public void load() throws CryptoException {
        newCipher();
    }

    private static Cipher newCipher() throws CryptoException {
        try {
            return Cipher.getInstance(TRANSFORMATION);
        } catch (GeneralSecurityException e) {
            throw new CryptoException(
                    "this JDK has no "
                            + TRANSFORMATION
                            + ": see security.provider.* in its java.security",
                    e);
        }
    }

    @Override
    public String description() {
        try {
            return newCipher().getProvider().getName() + " of Java " + Runtime.version();
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
        byte[] bytes = key.segment().asSlice(0, suite.keyLength()).toArray(ValueLayout.JAVA_BYTE);
        try {
            SecretKeySpec secret = new SecretKeySpec(bytes, "AES");
            long context = LAST.incrementAndGet();
            CONTEXTS.put(context, new JceCipher(newCipher(), secret, direction));
            return context;
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    @Override
    public void freeContext(long context) {
        if (CONTEXTS.remove(context) == null) {
            throw new IllegalArgumentException("no context of jce, or freed before");
        }
    }

    /** The cipher of {@code context}, or null. */
    static JceCipher cipher(long context) {
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
