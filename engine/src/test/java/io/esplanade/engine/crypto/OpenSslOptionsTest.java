package io.esplanade.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.crypto.openssl.OpenSslProvider;
import io.esplanade.ffi.openssl.libcrypto;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/** One of libcrypto's providers by name, in a library context of the engine's own. */
@Tag("classpath")
class OpenSslOptionsTest extends CryptoProviderContract {

    @Override
    CryptoProvider newProvider() {
        return with(Map.of("provider", "default"));
    }

    private static CryptoProvider with(Map<String, String> options) {
        try {
            return new OpenSslProvider().with(options);
        } catch (CryptoException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void itSaysWhichOfLibcryptosProvidersServesASuite() {
        assertThat(provider.implementation(Suite.AES_GCM_16_128)).isEqualTo("default");
        assertThat(provider.implementation(Suite.ofKeyword("aes128-sha256").orElseThrow()))
                .isEqualTo("default");
        assertThat(provider.description()).contains("properties ?provider=default");
    }

    @Test
    void aProviderThatServesNothingIsRefusedAndTheRestOfTheProcessSeesNothingOfIt() {
        assertThatThrownBy(() -> CryptoProviders.find("openssl", Map.of("provider", "base")))
                .isInstanceOf(CryptoException.class)
                .hasMessageContaining("'base' serves no suite");
        try (Arena arena = Arena.ofConfined()) {
            assertThat(
                            libcrypto.OSSL_PROVIDER_available(
                                    MemorySegment.NULL, arena.allocateFrom("base")))
                    .isZero();
        }
    }

    @Test
    void aProviderThatIsNotThereIsRefusedWithWhatToPutWhere() {
        assertThatThrownBy(() -> CryptoProviders.find("openssl", Map.of("provider", "qotprovider")))
                .isInstanceOf(CryptoException.class)
                .hasMessageContaining("libcrypto cannot load its provider 'qotprovider'")
                .hasMessageContaining("ossl-modules")
                .hasMessageContaining("OPENSSL_MODULES");
        assertThat(libcrypto.ERR_peek_error()).isZero();
    }

    @Test
    void aQueryThatNothingMeetsIsRefusedAndOneThatPrefersIsNot() throws CryptoException {
        assertThatThrownBy(
                        () ->
                                CryptoProviders.find(
                                        "openssl", Map.of("properties", "provider=base")))
                .isInstanceOf(CryptoException.class)
                .hasMessageContaining("nothing for ESP with the properties 'provider=base'");
        assertThat(CryptoProviders.find("openssl", Map.of("properties", "?provider=base")).suites())
                .contains(Suite.AES_GCM_16_128);
    }

    @Test
    void anotherOptionAndANameThatLeadsOutOfTheFolderAreRefused() {
        assertThatThrownBy(() -> CryptoProviders.find("openssl", Map.of("engine", "qat")))
                .isInstanceOf(CryptoException.class)
                .hasMessageContaining("no option 'engine'")
                .hasMessageContaining("properties");
        assertThatThrownBy(() -> CryptoProviders.find("openssl", Map.of("provider", "../evil")))
                .isInstanceOf(CryptoException.class)
                .hasMessageContaining("no name of a provider");
        assertThatThrownBy(() -> CryptoProviders.find("jce", Map.of("provider", "SunJCE")))
                .isInstanceOf(CryptoException.class)
                .hasMessageContaining("jce has no option 'provider'");
    }
}
