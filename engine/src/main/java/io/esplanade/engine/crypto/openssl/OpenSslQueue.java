package io.esplanade.engine.crypto.openssl;

import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoBurst.Status;
import io.esplanade.engine.crypto.CryptoQueue;
import io.esplanade.engine.crypto.openssl.OpenSslContext.Kind;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Padded;
import io.esplanade.engine.os.Region;
import io.esplanade.ffi.openssl.libcrypto;
import io.esplanade.ffi.openssl.ossl_param_st;

import java.lang.foreign.MemorySegment;

/**
 * Operations one after the other in {@link #submit}: nothing is ever pending. An operation is four
 * to seven downcalls and no allocation.
 */
final class OpenSslQueue extends Padded implements CryptoQueue {

    private static final int ENCRYPT = Operation.ENCRYPT.ordinal();

    private static final int AEAD = Kind.AEAD.ordinal();
    private static final int CCM = Kind.CCM.ordinal();
    private static final int AUTHENTICATED_ONLY = Kind.AUTHENTICATED_ONLY.ordinal();
    private static final int ENCRYPT_THEN_XCBC = Kind.ENCRYPT_THEN_XCBC.ordinal();

    // The queue's own memory: where libcrypto says how much it wrote, which is known, the
    // parameters {tag, end}, in which the tag's address and length change with the packet, a whole
    // MAC, of which the ICV is a part, and a block for XCBC.
    private static final int WRITTEN = 0;
    private static final int PARAMS = 64;
    private static final int MAC = 256;
    private static final int LONGEST_MAC = 64;
    private static final int BLOCK = MAC + LONGEST_MAC;

    private final CryptoBurst burst;
    private final Region memory = Region.map(Region.PAGE, "a crypto queue");
    private final long written = memory.address() + WRITTEN;
    private final long params = memory.address() + PARAMS;
    private final long mac = memory.address() + MAC;
    private final long block = memory.address() + BLOCK;
    private final long tagAddress = params + ossl_param_st.data$offset();
    private final long tagLength = params + ossl_param_st.data_size$offset();
    private int completed;
    private int failed;

    OpenSslQueue(CryptoBurst burst) {
        this.burst = burst;
        MemorySegment tag = Mem.segment(params, ossl_param_st.sizeof());
        ossl_param_st.key(tag, libcrypto.OSSL_CIPHER_PARAM_AEAD_TAG());
        ossl_param_st.data_type(tag, libcrypto.OSSL_PARAM_OCTET_STRING());
        // An entry whose key is NULL, as the mapped memory is, ends the list.
    }

    @Override
    public int submit(int from, int n) {
        failed = from == 0 ? 0 : failed;
        for (int i = from; i < from + n; i++) {
            Status status = run(burst.address(i));
            burst.status(i, status);
            failed += status == Status.OK ? 0 : 1;
        }
        if (failed > 0) {
            // What stays in the thread's error queue would be blamed on another call.
            libcrypto.ERR_clear_error();
        }
        completed = from + n;
        return n;
    }

    private Status run(long d) {
        long context = Mem.getLong(d + CryptoBurst.CONTEXT);
        boolean encrypt = Mem.getUnsignedByte(d + CryptoBurst.OPERATION) == ENCRYPT;
        int kind = Mem.getInt(context + OpenSslContext.KIND);
        if (Mem.getUnsignedByte(d + CryptoBurst.IV_LENGTH)
                != Mem.getInt(context + OpenSslContext.NONCE_LENGTH)) {
            return Status.ERROR;
        }
        if (kind == AEAD) {
            long cipher = Mem.getLong(context + OpenSslContext.CIPHER);
            return encrypt ? encrypt(d, cipher, false) : decrypt(d, context, cipher, false);
        }
        return runOther(d, context, kind, encrypt);
    }

    private Status runOther(long d, long context, int kind, boolean encrypt) {
        long cipher = Mem.getLong(context + OpenSslContext.CIPHER);
        if (kind == AUTHENTICATED_ONLY) {
            return encrypt ? encrypt(d, cipher, true) : decrypt(d, context, cipher, true);
        }
        if (kind == CCM) {
            return encrypt ? encryptCcm(d, cipher) : decryptCcm(d, context, cipher);
        }
        boolean xcbc = kind == ENCRYPT_THEN_XCBC;
        return encrypt
                ? encryptThenMac(d, context, cipher, xcbc)
                : verifyThenDecrypt(d, context, cipher, xcbc);
    }

    /**
     * @param more whether {@code authInput} is additional data too
     */
    private Status encrypt(long d, long cipher, boolean more) {
        int aadLength = Mem.getInt(d + CryptoBurst.AAD_LENGTH);
        int length = Mem.getInt(d + CryptoBurst.LENGTH);
        long data = Mem.getLong(d + CryptoBurst.DATA);
        setTagParameter(d, more ? Mem.getLong(d + CryptoBurst.TAG) : data + length);
        boolean done =
                Evp.encryptInit(cipher, d + CryptoBurst.IV)
                        && (aadLength == 0
                                || Evp.encryptUpdate(
                                        cipher, 0, written, d + CryptoBurst.AAD, aadLength))
                        && (!more || encryptMore(d, cipher))
                        && (length == 0 || Evp.encryptUpdate(cipher, data, written, data, length))
                        && Evp.encryptFinal(cipher, data + length, written)
                        && Evp.getParams(cipher, params);
        return done ? Status.OK : Status.ERROR;
    }

    private boolean encryptMore(long d, long cipher) {
        long in = Mem.getLong(d + CryptoBurst.AUTH_INPUT);
        int length = Mem.getInt(d + CryptoBurst.AUTH_LENGTH);
        return length == 0 || Evp.encryptUpdate(cipher, 0, written, in, length);
    }

    private Status decrypt(long d, long context, long cipher, boolean more) {
        int aadLength = Mem.getInt(d + CryptoBurst.AAD_LENGTH);
        int length = Mem.getInt(d + CryptoBurst.LENGTH);
        long data = Mem.getLong(d + CryptoBurst.DATA);
        setTagParameter(d, more ? Mem.getLong(d + CryptoBurst.TAG) : data + length);
        boolean done =
                decryptInit(d, context, cipher)
                        && (aadLength == 0
                                || Evp.decryptUpdate(
                                        cipher, 0, written, d + CryptoBurst.AAD, aadLength))
                        && (!more || decryptMore(d, cipher))
                        && (length == 0 || Evp.decryptUpdate(cipher, data, written, data, length));
        if (!done) {
            return Status.ERROR;
        }
        return Evp.decryptFinal(cipher, data + length, written) ? Status.OK : Status.BAD_TAG;
    }

    /** Sets the IV and the tag to compare. */
    private boolean decryptInit(long d, long context, long cipher) {
        long iv = d + CryptoBurst.IV;
        return Mem.getInt(context + OpenSslContext.TAG_APART) == 0
                ? Evp.decryptInit(cipher, iv, params)
                : Evp.decryptInit(cipher, iv, 0) && Evp.setParams(cipher, params);
    }

    private boolean decryptMore(long d, long cipher) {
        long in = Mem.getLong(d + CryptoBurst.AUTH_INPUT);
        int length = Mem.getInt(d + CryptoBurst.AUTH_LENGTH);
        return length == 0 || Evp.decryptUpdate(cipher, 0, written, in, length);
    }

    /** CCM is told the length before all else, and the text in one piece, even if it is empty. */
    private Status encryptCcm(long d, long cipher) {
        int aadLength = Mem.getInt(d + CryptoBurst.AAD_LENGTH);
        int length = Mem.getInt(d + CryptoBurst.LENGTH);
        long data = Mem.getLong(d + CryptoBurst.DATA);
        setTagParameter(d, data + length);
        boolean done =
                Evp.encryptInit(cipher, d + CryptoBurst.IV)
                        && Evp.encryptUpdate(cipher, 0, written, 0, length)
                        && (aadLength == 0
                                || Evp.encryptUpdate(
                                        cipher, 0, written, d + CryptoBurst.AAD, aadLength))
                        && Evp.encryptUpdate(cipher, data, written, data, length)
                        && Evp.getParams(cipher, params);
        return done ? Status.OK : Status.ERROR;
    }

    /** CCM compares tags when it is given the text, and then there is no final call. */
    private Status decryptCcm(long d, long context, long cipher) {
        int aadLength = Mem.getInt(d + CryptoBurst.AAD_LENGTH);
        int length = Mem.getInt(d + CryptoBurst.LENGTH);
        long data = Mem.getLong(d + CryptoBurst.DATA);
        setTagParameter(d, data + length);
        boolean done =
                decryptInit(d, context, cipher)
                        && Evp.decryptUpdate(cipher, 0, written, 0, length)
                        && (aadLength == 0
                                || Evp.decryptUpdate(
                                        cipher, 0, written, d + CryptoBurst.AAD, aadLength));
        if (!done) {
            return Status.ERROR;
        }
        return Evp.decryptUpdate(cipher, data, written, data, length) ? Status.OK : Status.BAD_TAG;
    }

    private void setTagParameter(long d, long tag) {
        Mem.putLong(tagAddress, tag);
        Mem.putLong(tagLength, Mem.getUnsignedByte(d + CryptoBurst.TAG_LENGTH));
    }

    private Status encryptThenMac(long d, long context, long cipher, boolean xcbc) {
        int length = Mem.getInt(d + CryptoBurst.LENGTH);
        int icvLength = Mem.getUnsignedByte(d + CryptoBurst.TAG_LENGTH);
        boolean done =
                icvLength <= LONGEST_MAC
                        && (length == 0
                                || Evp.encryptInit(cipher, d + CryptoBurst.IV)
                                        && Evp.encryptUpdate(
                                                cipher,
                                                Mem.getLong(d + CryptoBurst.DATA),
                                                written,
                                                Mem.getLong(d + CryptoBurst.DATA),
                                                length)
                                        && wrote(length))
                        && mac(d, context, xcbc);
        if (done) {
            Mem.copy(mac, Mem.getLong(d + CryptoBurst.TAG), icvLength);
        }
        return done ? Status.OK : Status.ERROR;
    }

    /** What is forged is not decrypted. */
    private Status verifyThenDecrypt(long d, long context, long cipher, boolean xcbc) {
        int length = Mem.getInt(d + CryptoBurst.LENGTH);
        int icvLength = Mem.getUnsignedByte(d + CryptoBurst.TAG_LENGTH);
        if (icvLength > LONGEST_MAC || !mac(d, context, xcbc)) {
            return Status.ERROR;
        }
        if (!Evp.same(mac, Mem.getLong(d + CryptoBurst.TAG), icvLength)) {
            return Status.BAD_TAG;
        }
        boolean done =
                length == 0
                        || Evp.decryptInit(cipher, d + CryptoBurst.IV, 0)
                                && Evp.decryptUpdate(
                                        cipher,
                                        Mem.getLong(d + CryptoBurst.DATA),
                                        written,
                                        Mem.getLong(d + CryptoBurst.DATA),
                                        length)
                                && wrote(length);
        return done ? Status.OK : Status.ERROR;
    }

    /** Less if the text is not of whole blocks: CBC keeps the rest for the next update. */
    private boolean wrote(int length) {
        return Mem.getInt(written) == length;
    }

    /** Computes the whole MAC. */
    private boolean mac(long d, long context, boolean xcbc) {
        long key = Mem.getLong(context + OpenSslContext.MAC);
        if (!Evp.macInit(key)) {
            return false;
        }
        if (xcbc) {
            return Xcbc.update(d, context, key, block)
                    && Evp.macFinal(key, mac, written, LONGEST_MAC);
        }
        long in = Mem.getLong(d + CryptoBurst.AUTH_INPUT);
        int trailing = Mem.getInt(d + CryptoBurst.TRAILING_LENGTH);
        return Evp.macUpdate(key, in, Mem.getInt(d + CryptoBurst.AUTH_LENGTH))
                && (trailing == 0 || Evp.macUpdate(key, d + CryptoBurst.TRAILING, trailing))
                && Evp.macFinal(key, mac, written, LONGEST_MAC);
    }

    @Override
    public int poll() {
        return completed;
    }

    @Override
    public int failed() {
        return failed;
    }

    @Override
    public void close() {
        memory.close();
    }
}
