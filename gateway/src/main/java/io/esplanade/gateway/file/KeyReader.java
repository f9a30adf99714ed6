package io.esplanade.gateway.file;

import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads keys: hex, with or without {@code 0x}, as {@code ip xfrm} has them, the cipher key with its
 * salt behind it, and as IKE derives them, the integrity key behind both. A key file's bytes go
 * from the file into locked memory off the heap and are decoded there; an inline key has been part
 * of the gateway file's text on the heap, and so is for laboratories. No message ever holds a digit
 * of a key.
 */
final class KeyReader {

    private static final int MAX_FILE = 4096;
    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rwx------");

    private KeyReader() {}

    /** The key in {@code file}. */
    static KeyMaterial readFile(Path file, Suite suite) {
        try (Region region = Region.map(2L * MAX_FILE, "a key file")) {
            refuseIfOthersMayRead(file);
            region.lock();
            MemorySegment text = Mem.segment(region.address(), MAX_FILE);
            try {
                long bytes = read(file, text);
                return decode(
                        text.asSlice(0, bytes),
                        suite,
                        Mem.segment(region.address() + MAX_FILE, MAX_FILE));
            } finally {
                text.fill((byte) 0);
            }
        } catch (NoSuchFileException _) {
            throw new Wrong(
                    "there is no file " + file,
                    "create it: (umask 077; head -c %d /dev/urandom | od -An -v -tx1 | tr -d ' \\n' > %s)"
                            .formatted(suite.keyMaterialLength(), file));
        } catch (AccessDeniedException _) {
            throw new Wrong(
                    file + " may not be read by this user",
                    "run as its owner, or change its owner");
        } catch (IOException e) {
            throw new Wrong(file + " cannot be read: " + e.getMessage(), "check the file");
        }
    }

    private static void refuseIfOthersMayRead(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            if (Files.exists(file)) {
                throw new Wrong(file + " is not a regular file", "name a file of hex digits");
            }
            throw new NoSuchFileException(file.toString());
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (!OWNER_ONLY.containsAll(permissions)) {
            throw new Wrong(
                    file
                            + " is open to others than its owner: mode "
                            + PosixFilePermissions.toString(permissions),
                    "chmod 600 " + file + " (and, if others could read it, use a new key)");
        }
    }

    private static long read(Path file, MemorySegment into) throws IOException {
        ByteBuffer buffer = into.asByteBuffer(); // direct: nothing passes the heap
        try (FileChannel channel = FileChannel.open(file)) {
            while (channel.read(buffer) > 0) {
                // until the end, or full
            }
        }
        if (!buffer.hasRemaining()) {
            throw new Wrong(file + " is too long for a key", "name a file of hex digits");
        }
        return buffer.position();
    }

    /** The key that an inline value says. */
    static KeyMaterial readInline(String text, Suite suite) {
        byte[] digits = new byte[text.length()];
        for (int i = 0; i < digits.length; i++) {
            digits[i] = (byte) Math.min(text.charAt(i), 0x7f);
        }
        return decode(
                MemorySegment.ofArray(digits), suite, MemorySegment.ofArray(new byte[MAX_FILE]));
    }

    private static KeyMaterial decode(MemorySegment text, Suite suite, MemorySegment scratch) {
        int length = suite.keyMaterialLength();
        long at = 0;
        long end = text.byteSize();
        while (at < end && Character.isWhitespace(text.get(ValueLayout.JAVA_BYTE, at))) {
            at++;
        }
        while (end > at && Character.isWhitespace(text.get(ValueLayout.JAVA_BYTE, end - 1))) {
            end--;
        }
        if (end - at >= 2
                && text.get(ValueLayout.JAVA_BYTE, at) == '0'
                && (text.get(ValueLayout.JAVA_BYTE, at + 1) | 0x20) == 'x') {
            at += 2;
        }
        requireHex(text, at, end);
        if (end - at != 2L * length) {
            throw new Wrong(
                    "the key has %s bytes where %s takes %d: %s"
                            .formatted(bytes(end - at), suite, length, parts(suite)),
                    "write %d hex digits, or change the proposal".formatted(2 * length));
        }
        MemorySegment key = scratch.asSlice(0, length);
        for (long i = 0; i < length; i++) {
            int high = digit(text, at + 2 * i);
            int low = digit(text, at + 2 * i + 1);
            key.set(ValueLayout.JAVA_BYTE, i, (byte) (high << 4 | low));
        }
        return KeyMaterial.takeFrom(key);
    }

    private static String parts(Suite suite) {
        List<String> parts = new ArrayList<>();
        add(parts, suite.keyLength(), "key");
        add(parts, suite.saltLength(), "salt");
        add(parts, suite.integrityKeyLength(), "integrity key");
        return String.join(" and ", parts);
    }

    private static void add(List<String> parts, int length, String what) {
        if (length > 0) {
            parts.add(length + " of " + what);
        }
    }

    private static void requireHex(MemorySegment text, long from, long to) {
        for (long i = from; i < to; i++) {
            if (digit(text, i) < 0) {
                throw new Wrong(
                        "the key is not hex: character %d is no hex digit".formatted(i - from + 1),
                        "write hex digits, with or without 0x before them");
            }
        }
    }

    private static int digit(MemorySegment text, long at) {
        return Character.digit(text.get(ValueLayout.JAVA_BYTE, at), 16);
    }

    private static String bytes(long digits) {
        return digits % 2 == 0 ? Long.toString(digits / 2) : digits / 2 + "½";
    }
}
