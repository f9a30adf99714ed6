package io.esplanade.engine.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A nonce store in a file, which one process at a time may open.
 *
 * <p>Each reservation writes the whole file anew beside the old one, fsyncs it, renames it over the
 * old one and fsyncs the folder: whatever happens in between, the name stands for all of the old
 * contents or all of the new, and numbers are handed out only when it is the new for good. The
 * contents end in a checksum, so that a file cut off or damaged later is refused, never believed.
 * The lock is on a file of its own beside it, because a rename leaves a lock behind.
 *
 * <p>Only the last number reserved is kept for each fingerprint, which tells nothing of the key;
 * still the files are for their owner alone.
 */
public final class FileNonceStore implements NonceStore {

    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    /**
     * The lock files this process holds. A second channel on one must not even be opened: closing
     * it would give back the first one's lock (fcntl(2)).
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final Path next;
    private final Path lockFile;
    private final FileChannel lockChannel;
    private final TreeMap<String, Long> lastReserved;

    private FileNonceStore(Path file) throws IOException {
        this.file = file;
        next = file.resolveSibling(file.getFileName() + ".new");
        lockFile = file.resolveSibling(file.getFileName() + ".lock");
        lockChannel = lock();
        try {
            lastReserved = read();
            if (lastReserved.isEmpty()) {
                write(lastReserved); // so that a folder that cannot be written shows now
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Opens the store, which is made if there is none.
     *
     * @throws IOException if another process or engine has it open, it cannot be read or written,
     *     or it is damaged: the message names the file and the remedy
     */
    public static FileNonceStore open(Path file) throws IOException {
        Path absolute = file.toAbsolutePath();
        if (!Files.isDirectory(absolute.getParent())) {
            throw new IOException(
                    "nonce store %s: there is no folder %s: create it"
                            .formatted(file, absolute.getParent()));
        }
        return new FileNonceStore(
                Files.exists(absolute)
                        ? absolute.toRealPath()
                        : absolute.getParent().toRealPath().resolve(absolute.getFileName()));
    }

    @Override
    public synchronized long reserve(byte[] fingerprint, long atLeast, long count)
            throws IOException {
        if (fingerprint.length != FINGERPRINT_LENGTH || count < 1 || atLeast == 0) {
            throw new IllegalArgumentException(
                    "a reservation has a fingerprint of %d bytes and begins with 1 or more"
                            .formatted(FINGERPRINT_LENGTH));
        }
        if (!lockChannel.isOpen()) {
            throw new IOException("nonce store " + file + " is closed");
        }
        String key = HexFormat.of().formatHex(fingerprint);
        long last = lastReserved.getOrDefault(key, 0L);
        if (last == -1L) {
            throw new IOException(
                    "nonce store %s: all sequence numbers of key %s are used: replace the key"
                            .formatted(file, key));
        }
        long first = Long.compareUnsigned(last + 1, atLeast) < 0 ? atLeast : last + 1;
        long room = -1L - first;
        TreeMap<String, Long> changed = new TreeMap<>(lastReserved);
        changed.put(key, Long.compareUnsigned(count - 1, room) < 0 ? first + count - 1 : -1L);
        write(changed);
        lastReserved.putAll(changed);
        return first;
    }

    /** Lets others open the store; the reservations stay. Closing twice does nothing. */
    @Override
    public synchronized void close() throws IOException {
        if (lockChannel.isOpen()) {
            lockChannel.close(); // which gives back the lock
            HELD.remove(lockFile);
        }
    }

    private FileChannel lock() throws IOException {
        if (!HELD.add(lockFile)) {
            throw inUse("another engine of this process");
        }
        FileChannel channel = null;
        try {
            channel =
                    FileChannel.open(
                            lockFile,
                            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                            OWNER_ONLY);
            if (channel.tryLock() == null) {
                throw inUse("another process");
            }
            return channel;
        } catch (IOException | RuntimeException e) {
            if (channel != null) {
                channel.close();
            }
            HELD.remove(lockFile);
            throw e;
        }
    }

    private IOException inUse(String by) {
        return new IOException(
                ("nonce store %s is in use by %s (%s is locked): stop that first, or give each its"
                                + " own store and its own keys")
                        .formatted(file, by, lockFile));
    }

    private TreeMap<String, Long> read() throws IOException {
        byte[] contents;
        try {
            contents = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return new TreeMap<>();
        }
        try {
            return NonceStoreFormat.decode(contents);
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    ("nonce store %s is damaged (%s), so nobody knows which sequence numbers were"
                                    + " used: replace every static key that it was for, then remove"
                                    + " it; a copy from a backup would repeat nonces")
                            .formatted(file, e.getMessage()),
                    e);
        }
    }

    private void write(TreeMap<String, Long> reserved) throws IOException {
        ByteBuffer contents = ByteBuffer.wrap(NonceStoreFormat.encode(reserved));
        try {
            Files.deleteIfExists(next); // of a process that was killed
            try (FileChannel channel =
                    FileChannel.open(
                            next,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            OWNER_ONLY)) {
                while (contents.hasRemaining()) {
                    channel.write(contents);
                }
                channel.force(true);
            }
            Files.move(
                    next,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
                folder.force(true);
            }
        } catch (IOException e) {
            throw new IOException(
                    ("nonce store %s cannot be written, so no sequence numbers were reserved: %s"
                                    + " (is the disk full or read-only?)")
                            .formatted(file, reason(e)),
                    e);
        }
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
