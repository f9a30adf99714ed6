package io.esplanade.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.List;

class SuiteTest {

    @Test
    void aKeywordIsThatOfAStrongswanProposalAndFindsItsSuite() {
        for (String keyword :
                List.of(
                        "aes128gcm16",
                        "aes256gcm8",
                        "aes192ccm12",
                        "chacha20poly1305",
                        "aes128gmac",
                        "aes256-sha256",
                        "aes128-sha1",
                        "aes192ctr-sha384",
                        "aes128-aesxcbc",
                        "aes256-aescmac",
                        "null-sha512",
                        "3des-sha1")) {
            assertThat(Suite.ofKeyword(keyword)).map(Suite::keyword).contains(keyword);
        }
        assertThat(Suite.ofKeyword("AES128GCM16")).contains(Suite.AES_GCM_16_128);
        assertThat(Suite.ofKeyword("aes128")).isEmpty();
        assertThat(Suite.ofKeyword("sha256")).isEmpty();
    }

    @Test
    void everySuiteHasAKeywordOfItsOwn() {
        assertThat(Suite.all()).extracting(Suite::keyword).doesNotHaveDuplicates();
        assertThat(new HashSet<>(Suite.all())).hasSize(Suite.all().size());
    }

    @Test
    void nothingIsEncryptedWithoutBeingAuthenticatedOrAuthenticatedTwice() {
        assertThatThrownBy(() -> Suite.of(Encryption.AES_CBC_128))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Suite.of(Encryption.NULL))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Suite.of(Encryption.AES_GCM_16_128, Integrity.HMAC_SHA1_96))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Suite.of(Encryption.TRIPLE_DES_CBC, Integrity.AES_CMAC_96))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** The lengths that the RFCs give, and with them how long a key that IKE makes is. */
    @Test
    void keysSaltsIvsAndIcvsAreAsLongAsTheirRfcsSay() {
        sizes("aes128gcm16", 20, 8, 16, 4); // RFC 4106
        sizes("aes256gcm12", 36, 8, 12, 4);
        sizes("aes128gcm16iiv", 20, 0, 16, 4); // RFC 8750
        sizes("aes128ccm8", 19, 8, 8, 4); // RFC 4309
        sizes("aes256ccm8iiv", 35, 0, 8, 4);
        sizes("chacha20poly1305", 36, 8, 16, 4); // RFC 7634
        sizes("aes192gmac", 28, 8, 16, 4); // RFC 4543
        sizes("aes128-sha1", 16 + 20, 16, 12, 16); // RFC 3602, RFC 2404
        sizes("aes256-sha512", 32 + 64, 16, 32, 16); // RFC 4868
        sizes("aes192ctr-sha384", 24 + 4 + 48, 8, 24, 4); // RFC 3686
        sizes("null-sha256", 32, 0, 16, 4);
        sizes("aes128-aesxcbc", 32, 16, 12, 16); // RFC 3566
        sizes("3des-sha1", 24 + 20, 8, 12, 8); // RFC 2451
    }

    private static void sizes(String keyword, int key, int iv, int icv, int alignment) {
        Suite suite = Suite.ofKeyword(keyword).orElseThrow();
        assertThat(suite.keyMaterialLength()).as(keyword).isEqualTo(key);
        assertThat(suite.ivLength()).as(keyword).isEqualTo(iv);
        assertThat(suite.icvLength()).as(keyword).isEqualTo(icv);
        assertThat(suite.alignment()).as(keyword).isEqualTo(alignment);
    }

    @Test
    void aStaticKeyNeedsANonceStoreWhereANonceTwiceWouldBeFatal() {
        for (Suite suite : Suite.all()) {
            boolean cbcOrNull = suite.keyword().matches("(aes(128|192|256)|3des|null)-.*");
            assertThat(suite.counterMode()).as(suite.keyword()).isEqualTo(!cbcOrNull);
        }
    }

    @Test
    void ofRfc8221sWordsTheWeakerOneCounts() {
        assertThat(requirement("aes128gcm16")).isEqualTo(Requirement.MUST);
        assertThat(requirement("aes192gcm16")).isEqualTo(Requirement.MAY);
        assertThat(requirement("aes256-sha256")).isEqualTo(Requirement.MUST);
        assertThat(requirement("aes256-sha1")).isEqualTo(Requirement.MUST_MINUS);
        assertThat(requirement("chacha20poly1305")).isEqualTo(Requirement.SHOULD);
        assertThat(requirement("3des-sha1")).isEqualTo(Requirement.SHOULD_NOT);
        assertThat(Suite.all())
                .filteredOn(s -> s.requirement().discouraged())
                .extracting(Suite::keyword)
                .containsExactly("3des-sha1");
    }

    private static Requirement requirement(String keyword) {
        return Suite.ofKeyword(keyword).orElseThrow().requirement();
    }
}
