package io.esplanade.engine.crypto.ipsecmb;

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

    private static final Object LOADING = new Object();

    /** What there is of it once it is loaded; the manager makes keys and runs no operations. */
    private record Loaded(Region manager, Set<Suite> suites) {}

    private static volatile Loaded loaded;

    @Override
    public String name() {
        return "ipsec-mb";
    }

    @Override
    public void load() throws CryptoException {
        synchronized (LOADING) {
            if (loaded == null) {
                IpsecMb.load();
                loaded = new Loaded(newManager(), served());
            }
        }
    }

    private static Region newManager() throws CryptoException {
        try {
            return IpsecMbQueue.newManager();
        } catch (UnsupportedOperationException e) {
            throw new CryptoException(e.getMessage(), e);
        }
    }

    private static Set<Suite> served() {
        return Suite.all().stream()
                .filter(IpsecMbContext::serves)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Loaded loaded() {
        Loaded made = loaded;
        if (made == null) {
            throw new IllegalStateException("ipsec-mb was not loaded");
        }
        return made;
    }

    private static long manager() {
        return loaded().manager.address();
    }

    /** {@inheritDoc} To be asked once it is loaded. */
    @Override
    public String description() {
        String instructions = IpsecMb.instructions(manager());
        return "ipsec-mb %s with %s, one native call a burst"
                .formatted(IpsecMb.version(), instructions);
    }

    /** {@inheritDoc} To be asked once it is loaded: versions differ. */
    @Override
    public Set<Suite> suites() {
        return loaded().suites;
    }

    @Override
    public long newContext(Suite suite, KeyMaterial key, CryptoBurst.Operation direction)
            throws CryptoException {
        if (!suites().contains(suite)) {
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
        return loaded == null ? 0 : IpsecMbContext.made();
    }

    @Override
    public CryptoQueue newQueue(CryptoBurst burst) {
        loaded();
        return new IpsecMbQueue(burst);
    }
}
