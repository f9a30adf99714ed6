package io.esplanade.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.Set;

@Tag("classpath")
class IpsecMbProviderTest extends CryptoProviderContract {

    @Override
    CryptoProvider newProvider() {
        return TestProviders.require("ipsec-mb");
    }

    @Test
    void itSaysItsVersionAndInstructions() {
        assertThat(provider.description())
                .matches(
                        "ipsec-mb [12]\\.[0-9.]+ with (SSE|AVX|AVX2|AVX-512), one native call a.*");
    }

    @Test
    void itServesAllButCcmWith192Bits() {
        Set<Suite> lacking = new HashSet<>(Suite.all());
        lacking.removeAll(provider.suites());
        assertThat(lacking)
                .extracting(Suite::keyword)
                .containsExactlyInAnyOrder(
                        "aes192ccm16", "aes192ccm12", "aes192ccm8", "aes192ccm8iiv");
    }
}
