package io.esplanade.engine.crypto.openssl;

import io.esplanade.engine.crypto.CipherMode;
import io.esplanade.engine.crypto.CipherMode.Construction;
import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoBurst.Status;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;

import java.util.Arrays;

/**
 * Compares what a provider that is not libcrypto's own makes of a suite with what libcrypto's makes
 * of it, before any packet is trusted to it. There is reason to: QAT_Engine 2.0's provider, on its
 * software path, does not compare GCM's tags, and opens what was forged. One thread.
 */
final class OpenSslCheck implements AutoCloseable {

    private static final int[] SIZES = {16, 64, 112, 1408};
    private static final int ROOM = 2048;
    private static final int AAD = 8;

    private final Suite suite;
    private final OpenSslAlgorithms checked;
    private final OpenSslAlgorithms own;
    private final CryptoBurst burst = new CryptoBurst(1);
    private final Region memory = Region.map(ROOM, "crypto check");
    private final OpenSslQueue queue = new OpenSslQueue(burst);
    private final long packet = memory.address();

    OpenSslCheck(Suite suite, OpenSslAlgorithms checked, OpenSslAlgorithms own) {
        this.suite = suite;
        this.checked = checked;
        this.own = own;
    }

    /** What is wrong with it in one direction, for people; null if nothing is. */
    String fault(Operation direction) {
        if (!own.suites().contains(suite)) {
            return "has nothing to be compared with";
        }
        try (KeyMaterial key = KeyMaterial.takeFrom(keyBytes())) {
            long ownContext = OpenSslKeying.newContext(own, suite, key, Operation.ENCRYPT);
            try {
                long context = OpenSslKeying.newContext(checked, suite, key, direction);
                try {
                    return direction == Operation.ENCRYPT
                            ? encrypting(context, ownContext)
                            : decrypting(context, ownContext);
                } finally {
                    OpenSslContext.free(context);
                }
            } finally {
                OpenSslContext.free(ownContext);
            }
        } catch (CryptoException e) {
            return "cannot be keyed";
        }
    }

    private byte[] keyBytes() {
        byte[] key = new byte[suite.keyMaterialLength()];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) (i * 7 + 1); // no parts alike: 3DES would be DES
        }
        return key;
    }

    private String encrypting(long context, long ownContext) {
        for (int size : SIZES) {
            byte[] sealed = sealed(context, size);
            if (sealed == null || !Arrays.equals(sealed, sealed(ownContext, size))) {
                return "does not encrypt as it should";
            }
        }
        return null;
    }

    private String decrypting(long context, long ownContext) {
        for (int size : SIZES) {
            byte[] sealed = sealed(ownContext, size);
            int last = (size + suite.icvLength()) * Byte.SIZE - 1;
            boolean opens =
                    open(context, sealed, size) == Status.OK
                            && Arrays.equals(Mem.bytes(packet, size), text(size));
            if (!opens) {
                return "does not decrypt as it should";
            }
            for (int bit : new int[] {0, size * Byte.SIZE, last}) { // of text, and of ICV
                byte[] forged = sealed.clone();
                forged[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
                if (open(context, forged, size) != Status.BAD_TAG) {
                    return "opens what was forged";
                }
            }
            if (open(context, sealed, size) != Status.OK) {
                return "does not decrypt after a forged packet";
            }
        }
        return null;
    }

    private static byte[] text(int size) {
        byte[] text = new byte[size];
        Arrays.fill(text, (byte) size);
        return text;
    }

    /** Text and ICV; null if it fails. */
    private byte[] sealed(long context, int size) {
        Mem.copyFrom(text(size), 0, packet, size);
        return run(context, Operation.ENCRYPT, size) == Status.OK
                ? Mem.bytes(packet, size + suite.icvLength())
                : null;
    }

    private Status open(long context, byte[] sealed, int size) {
        Mem.copyFrom(sealed, 0, packet, sealed.length);
        return run(context, Operation.DECRYPT, size);
    }

    private Status run(long context, Operation direction, int size) {
        Construction construction = suite.mode().construction();
        boolean encrypts =
                construction != Construction.AUTHENTICATED_ONLY && suite.mode() != CipherMode.NULL;
        long d =
                burst.describe(
                        0,
                        CryptoBurst.form(direction, suite.icvLength(), suite.mode().nonceLength()),
                        context,
                        packet,
                        encrypts ? size : 0);
        CryptoBurst.aead(
                d,
                CryptoBurst.aeadForm(construction == Construction.ENCRYPT_THEN_MAC ? 0 : AAD, 0));
        CryptoBurst.authenticated(d, packet, size, packet + size, 0, 0);
        Mem.putLong(d + CryptoBurst.IV, size);
        queue.submit(1);
        return burst.status(0);
    }

    @Override
    public void close() {
        queue.close();
        burst.close();
        memory.close();
    }
}
