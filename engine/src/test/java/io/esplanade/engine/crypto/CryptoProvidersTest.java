package io.esplanade.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.crypto.jce.JceProvider;
import io.esplanade.engine.crypto.openssl.OpenSslProvider;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("classpath")
class CryptoProvidersTest {

    @Test
    void eachProviderIsFoundByItsNameAndReady() throws CryptoException {
        assertThat(CryptoProviders.find("openssl"))
                .isInstanceOf(OpenSslProvider.class)
                .extracting(CryptoProvider::description)
                .asString()
                .startsWith("OpenSSL");
        assertThat(CryptoProviders.find("jce"))
                .isInstanceOf(JceProvider.class)
                .extracting(CryptoProvider::name)
                .isEqualTo("jce");
        assertThat(CryptoProviders.find(CryptoProviders.DEFAULT).name()).isEqualTo("openssl");
    }

    @Test
    void theyAreFoundWhateverTheThreadsClassLoader() throws CryptoException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
        try {
            assertThat(CryptoProviders.available()).containsOnlyKeys("openssl", "ipsec-mb", "jce");
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void anUnknownNameIsAnsweredWithTheNamesThereAre() {
        assertThatThrownBy(() -> CryptoProviders.find("opensssl"))
                .isInstanceOf(CryptoException.class)
                .hasMessage(
                        "no crypto provider is called 'opensssl'; there are: openssl, ipsec-mb,"
                                + " jce");
    }
}
