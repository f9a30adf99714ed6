package io.esplanade.engine.crypto.openssl;

import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.Encryption;
import io.esplanade.engine.crypto.Integrity;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.ffi.openssl.libcrypto;
import io.esplanade.ffi.openssl.ossl_param_st;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * What this process's libcrypto has under some options: ciphers and MACs, fetched once, because a
 * fetch takes locks that all threads share, and never freed. Not changed once made.
 */
final class OpenSslAlgorithms {

    /** The providers of libcrypto's that come with it. */
    private static final Set<String> OWN = Set.of("default", "legacy", "base", "fips");

    private final Map<Encryption, MemorySegment> ciphers = new EnumMap<>(Encryption.class);

    /** A context of each, under a key of zeros: one for a packet's key is a copy, keyed anew. */
    private final Map<Integrity, MemorySegment> macs = new EnumMap<>(Integrity.class);

    private final Set<Suite> suites;

    /**
     * Fetches all there are; libcrypto must be loaded.
     *
     * @param library the {@code OSSL_LIB_CTX} to fetch from, which stays as long as the process
     * @param properties the query to fetch with, or null
     */
    OpenSslAlgorithms(MemorySegment library, String properties) throws CryptoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment query =
                    properties == null ? MemorySegment.NULL : arena.allocateFrom(properties);
            Fetch fetch = new Fetch(library, query, arena);
            for (Encryption encryption : Encryption.values()) {
                if (encryption != Encryption.NULL) {
                    MemorySegment cipher = fetch.cipher(evpName(encryption));
                    if (cipher.address() != 0) {
                        ciphers.put(encryption, cipher);
                    }
                }
            }
            for (Integrity integrity : Integrity.values()) {
                if (integrity != Integrity.NONE) {
                    MemorySegment mac = template(integrity, fetch);
                    if (mac.address() != 0) {
                        macs.put(integrity, mac);
                    }
                }
            }
        }
        suites = Set.copyOf(served());
        if (suites.isEmpty()) {
            throw OpenSslErrors.exception(
                    properties == null
                            ? "libcrypto has nothing for ESP: see the providers in its openssl.cnf"
                            : "libcrypto has nothing for ESP with the properties '%s': with a '?'"
                                            .formatted(properties)
                                    + " before it a property is preferred, not demanded");
        }
        libcrypto.ERR_clear_error();
    }

    private Set<Suite> served() {
        Set<Suite> served = new HashSet<>(Suite.all());
        served.removeIf(
                s ->
                        s.encryption() != Encryption.NULL && !ciphers.containsKey(s.encryption())
                                || s.integrity() != Integrity.NONE
                                        && !macs.containsKey(s.integrity()));
        if (!ciphers.containsKey(Encryption.AES_CBC_128)) { // derives the keys of XCBC
            served.removeIf(s -> s.integrity() == Integrity.AES_XCBC_96);
        }
        return served;
    }

    private static String evpName(Encryption encryption) {
        int bits = encryption.keyLength() * Byte.SIZE;
        return switch (encryption.mode()) {
            case GCM, GCM_IIV, GMAC -> "AES-" + bits + "-GCM";
            case CCM, CCM_IIV -> "AES-" + bits + "-CCM";
            case CHACHA20_POLY1305, CHACHA20_POLY1305_IIV -> "ChaCha20-Poly1305";
            case CBC -> "AES-" + bits + "-CBC";
            case CTR -> "AES-" + bits + "-CTR";
            case TRIPLE_DES_CBC -> "DES-EDE3-CBC";
            case NULL -> throw new AssertionError("NULL is no cipher of libcrypto's");
        };
    }

    private static MemorySegment template(Integrity integrity, Fetch fetch) {
        return switch (integrity) {
            case HMAC_SHA1_96 -> hmac("SHA1", integrity, fetch);
            case HMAC_SHA2_256_128 -> hmac("SHA256", integrity, fetch);
            case HMAC_SHA2_384_192 -> hmac("SHA384", integrity, fetch);
            case HMAC_SHA2_512_256 -> hmac("SHA512", integrity, fetch);
            case AES_XCBC_96, AES_CMAC_96 ->
                    keyed(
                            fetch.mac("CMAC"),
                            libcrypto.OSSL_MAC_PARAM_CIPHER(),
                            "AES-128-CBC",
                            integrity,
                            fetch.arena());
            case NONE -> throw new AssertionError("no MAC");
        };
    }

    private static MemorySegment hmac(String digest, Integrity integrity, Fetch fetch) {
        return keyed(
                fetch.mac("HMAC"),
                libcrypto.OSSL_MAC_PARAM_DIGEST(),
                digest,
                integrity,
                fetch.arena());
    }

    private static MemorySegment keyed(
            MemorySegment mac,
            MemorySegment parameter,
            String value,
            Integrity integrity,
            Arena arena) {
        if (mac.address() == 0) {
            return MemorySegment.NULL;
        }
        MemorySegment params = arena.allocate(2 * ossl_param_st.sizeof()); // the second ends it
        ossl_param_st.key(params, parameter);
        ossl_param_st.data_type(params, libcrypto.OSSL_PARAM_UTF8_STRING());
        ossl_param_st.data(params, arena.allocateFrom(value));
        ossl_param_st.data_size(params, value.length());
        MemorySegment context = libcrypto.EVP_MAC_CTX_new(mac);
        MemorySegment key = arena.allocate(integrity.keyLength());
        if (libcrypto.EVP_MAC_init(context, key, integrity.keyLength(), params) != 1) {
            libcrypto.EVP_MAC_CTX_free(context);
            return MemorySegment.NULL;
        }
        return context;
    }

    /** The suites that can be made of them. */
    Set<Suite> suites() {
        return suites;
    }

    /** The names of the providers of libcrypto's whose algorithms a suite is made of. */
    Set<String> providers(Suite suite) {
        Set<String> names = new LinkedHashSet<>();
        if (suite.encryption() != Encryption.NULL) {
            names.add(name(libcrypto.EVP_CIPHER_get0_provider(cipher(suite.encryption()))));
        }
        if (suite.integrity() != Integrity.NONE) {
            MemorySegment mac = libcrypto.EVP_MAC_CTX_get0_mac(macs.get(suite.integrity()));
            names.add(name(libcrypto.EVP_MAC_get0_provider(mac)));
        }
        return names;
    }

    /** Whether any of it is not libcrypto's own. */
    boolean foreign(Suite suite) {
        return !OWN.containsAll(providers(suite));
    }

    private static String name(MemorySegment provider) {
        return OpenSslErrors.text(libcrypto.OSSL_PROVIDER_get0_name(provider));
    }

    /** {@code EVP_CIPHER} of an algorithm that it has. */
    MemorySegment cipher(Encryption encryption) {
        return ciphers.get(encryption);
    }

    /**
     * A new {@code EVP_MAC_CTX} under {@code key}.
     *
     * @throws CryptoException if libcrypto refuses
     */
    MemorySegment newMac(Integrity integrity, MemorySegment key) throws CryptoException {
        MemorySegment context = libcrypto.EVP_MAC_CTX_dup(macs.get(integrity)); // only read
        if (context.address() == 0
                || libcrypto.EVP_MAC_init(context, key, key.byteSize(), MemorySegment.NULL) != 1) {
            libcrypto.EVP_MAC_CTX_free(context);
            throw OpenSslErrors.exception("cannot key " + integrity.keyword());
        }
        return context;
    }
}
