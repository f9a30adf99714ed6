package io.esplanade.engine.crypto;

import io.esplanade.testing.Requirement;

import java.util.ArrayList;
import java.util.List;

/** The providers as tests want them: where one cannot serve that is not passed over in silence. */
public final class TestProviders {

    private TestProviders() {}

    /** The provider, loaded. Without it the test is skipped, which in CI is a failure. */
    public static CryptoProvider require(String name) {
        try {
            return CryptoProviders.find(name);
        } catch (CryptoException e) {
            Requirement.check(false, "the provider " + name, "what it says: " + e.getMessage());
            throw new AssertionError("not reached", e);
        }
    }

    /** All those that serve here, loaded. */
    static List<CryptoProvider> all() throws CryptoException {
        List<CryptoProvider> all = new ArrayList<>();
        for (String name : CryptoProviders.available().keySet()) {
            try {
                all.add(CryptoProviders.find(name));
            } catch (CryptoException e) {
                Requirement.missing("the provider " + name, "what it says: " + e.getMessage());
            }
        }
        return all;
    }
}
