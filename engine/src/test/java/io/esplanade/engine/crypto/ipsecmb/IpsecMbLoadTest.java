package io.esplanade.engine.crypto.ipsecmb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.crypto.TestProviders;

import org.junit.jupiter.api.Test;

/** What is said where ipsec-mb cannot be used. */
class IpsecMbLoadTest {

    private final CryptoProvider provider = TestProviders.require("ipsec-mb");

    @Test
    void aFileThatIsNotThereIsNamedHoweverLongItsPathWithThePackageToInstall() {
        String file = "/no/such".repeat(100) + "/file";

        assertThatThrownBy(() -> IpsecMb.load(file))
                .isInstanceOf(CryptoException.class)
                .hasMessageContaining(file + ": cannot open shared object file")
                .hasMessageMatching(".*apt-get install libipsec-mb[12]\\).*")
                .hasMessageContaining("ESPLANADE_IPSECMB");
    }

    @Test
    void anotherLibraryIsRefusedAndTheOneInUseIsStillUsed() throws CryptoException {
        assertThatThrownBy(() -> IpsecMb.load("libc.so.6"))
                .isInstanceOf(CryptoException.class)
                .hasMessageContaining("imb_get_version");

        try (KeyMaterial key = KeyMaterial.takeFrom(new byte[20])) {
            long context = provider.newContext(Suite.AES_GCM_16_128, key, Operation.ENCRYPT);
            assertThat(context).isNotZero();
            provider.freeContext(context);
        }
        assertThat(provider.description()).startsWith("ipsec-mb ");
    }
}
