package io.esplanade.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.Set;
import java.util.TreeSet;

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
    void itServesAllButCcmWith192BitsAndIn20TripleDes() {
        Set<String> lacking = new TreeSet<>();
        for (Suite suite : Suite.all()) {
            if (!provider.suites().contains(suite)) {
                lacking.add(suite.keyword());
            }
        }
        Set<String> expected =
                new TreeSet<>(Set.of("aes192ccm16", "aes192ccm12", "aes192ccm8", "aes192ccm8iiv"));
        if (provider.description().startsWith("ipsec-mb 2.0.0 ")) {
            expected.add("3des-sha1");
        }
        assertThat(lacking).isEqualTo(expected);
    }
}
