package io.esplanade.bench.floor;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.esplanade.ffi.openssl.libcrypto;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** A floor: a C loop over the library that the provider uses, with the provider's contexts. */
public final class NativeFloor implements Contestant {

    private static final FunctionDescriptor TAKES_PACKETS =
            FunctionDescriptor.of(JAVA_INT, JAVA_LONG);

    private final Arena arena;
    private final Packets packets;
    private final long struct;
    private final MethodHandle loop;

    private NativeFloor(Arena arena, Packets packets, long struct, MethodHandle loop) {
        this.arena = arena;
        this.packets = packets;
        this.struct = struct;
        this.loop = loop;
    }

    /** The loop for packets of the provider of that name, if this build has one. */
    public static Optional<Contestant> of(String provider, Packets packets) {
        String name = "floor_" + provider.replace("-", "");
        Optional<MethodHandle> prepare = FloorLibrary.function(name + "_prepare", TAKES_PACKETS);
        Optional<MethodHandle> loop = FloorLibrary.function(name, TAKES_PACKETS);
        if (prepare.isEmpty() || loop.isEmpty()) {
            return Optional.empty();
        }
        Arena arena = Arena.ofShared();
        long library = provider.equals("openssl") ? libcrypto(arena) : 0;
        long struct = PacketsStruct.of(packets, library, arena);
        if (call(prepare.get(), struct) == 0) {
            arena.close();
            return Optional.empty();
        }
        return Optional.of(new NativeFloor(arena, packets, struct, loop.get()));
    }

    /** {@code struct openssl} of the engine's openssl.h. */
    private static long libcrypto(Arena arena) {
        MemorySegment[] functions = {
            libcrypto.EVP_EncryptInit_ex2$address(),
            libcrypto.EVP_DecryptInit_ex2$address(),
            libcrypto.EVP_EncryptUpdate$address(),
            libcrypto.EVP_DecryptUpdate$address(),
            libcrypto.EVP_EncryptFinal_ex$address(),
            libcrypto.EVP_DecryptFinal_ex$address(),
            libcrypto.EVP_CIPHER_CTX_get_params$address(),
            libcrypto.EVP_CIPHER_CTX_set_params$address(),
            libcrypto.EVP_MAC_init$address(),
            libcrypto.EVP_MAC_update$address(),
            libcrypto.EVP_MAC_final$address(),
            libcrypto.ERR_clear_error$address()
        };
        MemorySegment table = arena.allocate(ValueLayout.ADDRESS, functions.length);
        for (int i = 0; i < functions.length; i++) {
            table.setAtIndex(ValueLayout.ADDRESS, i, functions[i]);
        }
        return table.address();
    }

    private static int call(MethodHandle function, long struct) {
        try {
            return (int) function.invokeExact(struct);
        } catch (Throwable e) {
            throw new AssertionError("a downcall throws nothing", e);
        }
    }

    @Override
    public int prepare() {
        return packets.prepare();
    }

    @Override
    public void run() {
        int done = call(loop, struct);
        if (done != packets.payloads().length) {
            throw new IllegalStateException("only " + done + " packets went well");
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
