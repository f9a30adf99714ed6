package io.esplanade.bench.lanes;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.ffi.openssl.libcrypto;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** A floor: a C loop over libcrypto, the same that the provider uses. */
final class OpenSslFloor implements Contestant {

    private final Arena arena = Arena.ofConfined();
    private final Packets packets;
    private final Operation operation;
    private final MethodHandle loop;
    private final long functions;
    private final long described;

    private OpenSslFloor(
            Packets packets, Operation operation, MethodHandle prepare, MethodHandle loop) {
        this.packets = packets;
        this.operation = operation;
        this.loop = loop;
        functions =
                table(
                        libcrypto.EVP_EncryptInit_ex2$address(),
                        libcrypto.EVP_DecryptInit_ex2$address(),
                        libcrypto.EVP_EncryptUpdate$address(),
                        libcrypto.EVP_DecryptUpdate$address(),
                        libcrypto.EVP_EncryptFinal_ex$address(),
                        libcrypto.EVP_DecryptFinal_ex$address(),
                        libcrypto.EVP_CIPHER_CTX_get_params$address(),
                        libcrypto.EVP_MAC_init$address(),
                        libcrypto.EVP_MAC_update$address(),
                        libcrypto.EVP_MAC_final$address(),
                        libcrypto.ERR_clear_error$address());
        long[] contexts = packets.contexts(operation);
        MemorySegment keyed = arena.allocateFrom(JAVA_LONG, contexts);
        try {
            prepare.invokeExact(keyed.address(), contexts.length);
        } catch (Throwable e) {
            throw new AssertionError("a downcall throws nothing", e);
        }
        described = describe(keyed, contexts.length);
    }

    /** The loop, if this build has it. */
    static Optional<Contestant> of(Packets packets, Operation operation) {
        Optional<MethodHandle> prepare =
                Floors.function(
                        "floor_openssl_contexts", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT));
        Optional<MethodHandle> loop =
                Floors.function(
                        "floor_openssl_aead",
                        FunctionDescriptor.of(
                                JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT));
        return prepare.flatMap(p -> loop.map(l -> new OpenSslFloor(packets, operation, p, l)));
    }

    /** {@code struct openssl} of the engine's openssl.h. */
    private long table(MemorySegment... addresses) {
        MemorySegment table = arena.allocate(ValueLayout.ADDRESS, addresses.length);
        for (int i = 0; i < addresses.length; i++) {
            table.setAtIndex(ValueLayout.ADDRESS, i, addresses[i]);
        }
        return table.address();
    }

    /** {@code struct packets} of floor.h. */
    private long describe(MemorySegment contexts, int count) {
        MemorySegment struct = arena.allocate(32, Long.BYTES);
        struct.set(JAVA_LONG, 0, contexts.address());
        struct.set(JAVA_LONG, 8, arena.allocateFrom(JAVA_LONG, packets.texts()).address());
        struct.set(JAVA_INT, 16, count);
        struct.set(JAVA_INT, 20, packets.length());
        struct.set(JAVA_INT, 24, packets.aadLength());
        struct.set(JAVA_INT, 28, Packets.ICV);
        return struct.address();
    }

    @Override
    public int prepare() {
        if (operation == Operation.DECRYPT) {
            packets.run(Operation.ENCRYPT);
        }
        return packets.count();
    }

    @Override
    public void run() {
        int done;
        try {
            done =
                    (int)
                            loop.invokeExact(
                                    functions, described, operation.ordinal(), 0, packets.count());
        } catch (Throwable e) {
            throw new AssertionError("a downcall throws nothing", e);
        }
        if (done != packets.count()) {
            throw new IllegalStateException("only %d packets went well".formatted(done));
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
