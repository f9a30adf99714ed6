package io.esplanade.engine.crypto.openssl;

import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoQueue;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.os.NativeLibrary;
import io.esplanade.engine.os.NativeLibraryException;
import io.esplanade.ffi.openssl.Libcrypto;
import io.esplanade.ffi.openssl.LibraryNotFoundException;
import io.esplanade.ffi.openssl.libcrypto;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The default provider: {@code openssl}. Contexts are {@link OpenSslContext}s; what was made is
 * known to the whole process, however many instances of this class there are.
 *
 * <p>Options: {@code provider}, a provider of libcrypto's to use, and {@code properties}, the
 * property query with which algorithms are fetched. Whichever it is, it is asked synchronously: an
 * operation has completed when the call for its burst returns.
 *
 * <p>Thread-safe.
 */
public final class OpenSslProvider implements CryptoProvider {

    /** What was loaded, which is as long as the process. Guarded by itself. */
    private static final Map<OpenSslOptions, OpenSslSuites> LOADED = new HashMap<>();

    private final boolean bursts;
    private final OpenSslOptions options;
    private volatile OpenSslSuites suites;

    /** The provider as it is fastest here: by the engine's C library, where there is one. */
    public OpenSslProvider() {
        this(true, OpenSslOptions.NONE);
    }

    private OpenSslProvider(boolean bursts, OpenSslOptions options) {
        this.bursts = bursts;
        this.options = options;
    }

    /** The provider that calls libcrypto from Java even where there is the engine's C library. */
    public static OpenSslProvider withoutNative() {
        return new OpenSslProvider(false, OpenSslOptions.NONE);
    }

    @Override
    public OpenSslProvider with(Map<String, String> newOptions) throws CryptoException {
        return new OpenSslProvider(bursts, OpenSslOptions.of(newOptions));
    }

    @Override
    public String name() {
        return "openssl";
    }

    @Override
    public void load() throws CryptoException {
        synchronized (LOADED) {
            loadLibraries();
            OpenSslSuites known = LOADED.get(options);
            if (known == null) {
                libcrypto.ERR_clear_error();
                known = OpenSslModule.load(options);
                LOADED.put(options, known);
            }
            suites = known;
        }
    }

    private void loadLibraries() throws CryptoException {
        try {
            Libcrypto.load();
            if (bursts) {
                NativeLibrary.get();
            }
        } catch (LibraryNotFoundException | NativeLibraryException e) {
            throw new CryptoException(e.getMessage(), e);
        }
    }

    private OpenSslSuites loaded() {
        OpenSslSuites loaded = suites;
        if (loaded == null) {
            throw new IllegalStateException("openssl was not loaded");
        }
        return loaded;
    }

    /** {@inheritDoc} To be asked once it is loaded. */
    @Override
    public String description() {
        String version =
                OpenSslErrors.text(libcrypto.OpenSSL_version(libcrypto.OPENSSL_VERSION()))
                        + options.text();
        if (!bursts) {
            return version + ", called from Java";
        }
        return NativeLibrary.get()
                .absence()
                .map(why -> version + ", called from Java: the engine's C library is " + why)
                .orElse(version + ", one native call a burst");
    }

    /** {@inheritDoc} To be asked once it is loaded: it is what libcrypto has. */
    @Override
    public Set<Suite> suites() {
        return loaded().suites();
    }

    /** {@inheritDoc} To be asked once it is loaded: the names of providers of libcrypto's. */
    @Override
    public String implementation(Suite suite) {
        return loaded().implementation(suite);
    }

    @Override
    public long newContext(Suite suite, KeyMaterial key, CryptoBurst.Operation direction)
            throws CryptoException {
        if (!suites().contains(suite)) {
            throw new CryptoException("this libcrypto has not all of " + suite.keyword());
        }
        return OpenSslKeying.newContext(
                loaded().algorithms(suite, direction), suite, key, direction);
    }

    @Override
    public void freeContext(long context) {
        OpenSslContext.free(context);
    }

    @Override
    public int contexts() {
        return OpenSslContext.made();
    }

    @Override
    public CryptoQueue newQueue(CryptoBurst burst) {
        return bursts && NativeQueue.available() ? new NativeQueue(burst) : new OpenSslQueue(burst);
    }
}
