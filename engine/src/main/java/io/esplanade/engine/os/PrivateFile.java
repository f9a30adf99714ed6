package io.esplanade.engine.os;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;

/**
 * A file that nobody else can have written, in a directory that others may write to: it stands in a
 * directory of its own, with mode 0700, named by the user's number and the content's hash, which
 * processes of the same user share.
 *
 * @param parent where the directory is made
 * @param name of the file
 */
record PrivateFile(Path parent, String name) {

    private static final Set<PosixFilePermission> PRIVATE =
            PosixFilePermissions.fromString("rwx------");
    private static final FileAttribute<?> MADE_PRIVATE =
            PosixFilePermissions.asFileAttribute(PRIVATE);
    private static final String OWNER = "unix:uid";

    /**
     * The file with this content: the one that is there, or a new one.
     *
     * @throws IOException if it cannot be written, or what is there is not to be trusted
     */
    Path with(byte[] content) throws IOException {
        // Made under another name and then renamed, so that nobody meets half a file.
        Path made = Files.createTempDirectory(parent, "esplanade-", MADE_PRIVATE);
        Path file = made.resolve(name);
        try {
            Files.write(file, content);
            Object user = Files.getAttribute(made, OWNER);
            Path wanted = parent.resolve("esplanade-%s-%s".formatted(user, hash(content)));
            if (!renamed(made, wanted)) {
                requirePrivate(wanted, user);
                if (!has(wanted.resolve(name), content)) {
                    Files.move(file, wanted.resolve(name), StandardCopyOption.ATOMIC_MOVE);
                }
            }
            return wanted.resolve(name);
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(made);
        }
    }

    /** False where something is already called so, other than an empty directory. */
    private static boolean renamed(Path made, Path wanted) throws IOException {
        if (Files.exists(wanted, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try {
            Files.move(made, wanted, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (FileSystemException e) {
            if (Files.exists(wanted, LinkOption.NOFOLLOW_LINKS)) {
                return false; // another process was faster
            }
            throw e;
        }
    }

    private static void requirePrivate(Path directory, Object user) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(directory + " is no directory");
        }
        Object owner = Files.getAttribute(directory, OWNER, LinkOption.NOFOLLOW_LINKS);
        if (!owner.equals(user)) {
            throw new IOException("%s belongs to user %s".formatted(directory, owner));
        }
        Set<PosixFilePermission> mode =
                Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS);
        if (!mode.equals(PRIVATE)) {
            throw new IOException(
                    "%s is open to others (%s)"
                            .formatted(directory, PosixFilePermissions.toString(mode)));
        }
    }

    private static boolean has(Path file, byte[] content) throws IOException {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                && Arrays.equals(Files.readAllBytes(file), content);
    }

    private static String hash(byte[] content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
