package io.esplanade.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.crypto.openssl.OpenSslProvider;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** All that openssl does, where there is no C library. */
@Tag("classpath")
class OpenSslFromJavaTest extends OpenSslProviderTest {

    @Override
    CryptoProvider newProvider() {
        return OpenSslProvider.withoutNative();
    }

    @Test
    @Override
    void itSaysWhetherABurstIsOneCall() {
        assertThat(provider.description()).endsWith(", called from Java");
    }
}
