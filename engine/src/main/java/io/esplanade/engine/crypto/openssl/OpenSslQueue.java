package io.esplanade.engine.crypto.openssl;

import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoBurst.Status;
import io.esplanade.engine.crypto.CryptoQueue;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Padded;
import io.esplanade.engine.os.Region;
import io.esplanade.ffi.openssl.libcrypto;
import io.esplanade.ffi.openssl.ossl_param_st;

import java.lang.foreign.MemorySegment;

/**
 * AEAD operations one after the other in {@link #submit}: nothing is ever pending. An operation is
 * four or five downcalls and no allocation.
 */
final class OpenSslQueue extends Padded implements CryptoQueue {

    /** Bytes of nonce that a context is made for, GCM's own and RFC 4106's: salt and IV. */
    private static final int IV_LENGTH = 12;

    private static final int ENCRYPT = Operation.ENCRYPT.ordinal();

    // The queue's own memory: where libcrypto says how much it wrote, which for GCM is known, and
    // the parameters {tag, end}, in which the tag's address and length change with the packet.
    private static final int WRITTEN = 0;
    private static final int PARAMS = 64;

    private final CryptoBurst burst;
    private final Region memory = Region.map(Region.PAGE, "a crypto queue");
    private final long written = memory.address() + WRITTEN;
    private final long params = memory.address() + PARAMS;
    private final long tagAddress = params + ossl_param_st.data$offset();
    private final long tagLength = params + ossl_param_st.data_size$offset();
    private int completed;

    OpenSslQueue(CryptoBurst burst) {
        this.burst = burst;
        MemorySegment tag = Mem.segment(params, ossl_param_st.sizeof());
        ossl_param_st.key(tag, libcrypto.OSSL_CIPHER_PARAM_AEAD_TAG());
        ossl_param_st.data_type(tag, libcrypto.OSSL_PARAM_OCTET_STRING());
        // An entry whose key is NULL, as the mapped memory is, ends the list.
    }

    @Override
    public int submit(int from, int n) {
        for (int i = from; i < from + n; i++) {
            burst.status(i, run(burst.address(i)));
        }
        completed = from + n;
        return n;
    }

    private Status run(long d) {
        Status status;
        if (Mem.getUnsignedByte(d + CryptoBurst.IV_LENGTH) != IV_LENGTH) {
            status = Status.ERROR;
        } else if (Mem.getUnsignedByte(d + CryptoBurst.OPERATION) == ENCRYPT) {
            status = encrypt(d);
        } else {
            status = decrypt(d);
        }
        if (status != Status.OK) {
            // What stays in the thread's error queue would be blamed on another call.
            libcrypto.ERR_clear_error();
        }
        return status;
    }

    private Status encrypt(long d) {
        long context = Mem.getLong(d + CryptoBurst.CONTEXT);
        int aadLength = Mem.getInt(d + CryptoBurst.AAD_LENGTH);
        int length = Mem.getInt(d + CryptoBurst.LENGTH);
        long in = Mem.getLong(d + CryptoBurst.INPUT);
        long out = Mem.getLong(d + CryptoBurst.OUTPUT);
        setTagParameter(d);
        boolean done =
                Evp.encryptInit(context, d + CryptoBurst.IV)
                        && (aadLength == 0
                                || Evp.encryptUpdate(
                                        context, 0, written, d + CryptoBurst.AAD, aadLength))
                        && (length == 0 || Evp.encryptUpdate(context, out, written, in, length))
                        && Evp.encryptFinal(context, out + length, written)
                        && Evp.getParams(context, params);
        return done ? Status.OK : Status.ERROR;
    }

    private Status decrypt(long d) {
        long context = Mem.getLong(d + CryptoBurst.CONTEXT);
        int aadLength = Mem.getInt(d + CryptoBurst.AAD_LENGTH);
        int length = Mem.getInt(d + CryptoBurst.LENGTH);
        long in = Mem.getLong(d + CryptoBurst.INPUT);
        long out = Mem.getLong(d + CryptoBurst.OUTPUT);
        setTagParameter(d);
        boolean done =
                Evp.decryptInit(context, d + CryptoBurst.IV, params)
                        && (aadLength == 0
                                || Evp.decryptUpdate(
                                        context, 0, written, d + CryptoBurst.AAD, aadLength))
                        && (length == 0 || Evp.decryptUpdate(context, out, written, in, length));
        if (!done) {
            return Status.ERROR;
        }
        return Evp.decryptFinal(context, out + length, written) ? Status.OK : Status.BAD_TAG;
    }

    private void setTagParameter(long d) {
        Mem.putLong(tagAddress, Mem.getLong(d + CryptoBurst.TAG));
        Mem.putLong(tagLength, Mem.getUnsignedByte(d + CryptoBurst.TAG_LENGTH));
    }

    @Override
    public int poll() {
        return completed;
    }

    @Override
    public void close() {
        memory.close();
    }
}
