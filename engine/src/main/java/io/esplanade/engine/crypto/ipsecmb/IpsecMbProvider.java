package io.esplanade.engine.crypto.ipsecmb;

import io.esplanade.engine.crypto.CipherMode;
import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoQueue;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.os.Region;

import java.util.Set;
import java.util.stream.Collectors;

/**
 * The provider {@code ipsec-mb}: synchronous, x86-64 only. Contexts are {@link IpsecMbContext}s;
 * what was made is known to the whole process, however many instances of this class there are.
 *
 * <p>Thread-safe.
 */
public final class IpsecMbProvider implements CryptoProvider {

    private static final Set<Suite> SUITES =
            Suite.all().stream()
                    .filter(IpsecMbProvider::serves)
                    .collect(Collectors.toUnmodifiableSet());

    /** What keys are made with; it runs no operations. */
    private static volatile Region manager;

    /** It has CCM with keys of 128 and 256 bits only. */
    private static boolean serves(Suite suite) {
        boolean ccm = suite.mode() == CipherMode.CCM || suite.mode() == CipherMode.CCM_IIV;
        return !ccm || suite.keyLength() != 24;
    }

    @Override
    public String name() {
        return "ipsec-mb";
    }

    @Override
    public void load() throws CryptoException {
        synchronized (SUITES) {
            IpsecMb.load();
            if (manager == null) {
                try {
                    manager = IpsecMbQueue.newManager();
                } catch (UnsupportedOperationException e) {
                    throw new CryptoException(e.getMessage(), e);
                }
            }
        }
    }

    private static long manager() {
        Region made = manager;
        if (made == null) {
            throw new IllegalStateException("ipsec-mb was not loaded");
        }
        return made.address();
    }

    /** {@inheritDoc} To be asked once it is loaded. */
    @Override
    public String description() {
        String instructions = IpsecMb.instructions(manager());
        return "ipsec-mb %s with %s, one native call a burst"
                .formatted(IpsecMb.version(), instructions);
    }

    @Override
    public Set<Suite> suites() {
        return SUITES;
    }

    @Override
    public long newContext(Suite suite, KeyMaterial key, CryptoBurst.Operation direction)
            throws CryptoException {
        if (!SUITES.contains(suite)) {
            throw new CryptoException("ipsec-mb does not serve " + suite.keyword());
        }
        if (key.length() != suite.keyMaterialLength()) {
            throw new CryptoException(
                    "%s takes %d bytes of key and salt, not %d"
                            .formatted(suite.keyword(), suite.keyMaterialLength(), key.length()));
        }
        return IpsecMbContext.make(manager(), suite, key, direction);
    }

    @Override
    public void freeContext(long context) {
        IpsecMbContext.free(context);
    }

    @Override
    public int contexts() {
        return manager == null ? 0 : IpsecMbContext.made();
    }

    @Override
    public CryptoQueue newQueue(CryptoBurst burst) {
        manager();
        return new IpsecMbQueue(burst);
    }
}
