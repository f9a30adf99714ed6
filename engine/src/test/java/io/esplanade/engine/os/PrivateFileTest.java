package io.esplanade.engine.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;

class PrivateFileTest {

    private static final byte[] CONTENT = {1, 2, 3};

    @TempDir Path parent;

    private PrivateFile file;

    @BeforeEach
    void name() {
        file = new PrivateFile(parent, "lib.so");
    }

    @Test
    void itsDirectoryIsForItsUserOnlyAndNothingElseIsLeft() throws IOException {
        Path made = file.with(CONTENT);

        assertThat(Files.readAllBytes(made)).isEqualTo(CONTENT);
        assertThat(mode(made.getParent())).isEqualTo("rwx------");
        assertThat(contents(parent)).containsExactly(made.getParent());
    }

    @Test
    void theSameContentIsTheSameFileAndItIsNotWrittenAgain() throws IOException {
        Path first = file.with(CONTENT);
        Object inode = Files.getAttribute(first, "unix:ino");

        assertThat(file.with(CONTENT.clone())).isEqualTo(first);
        assertThat(Files.getAttribute(first, "unix:ino")).isEqualTo(inode);
        assertThat(contents(parent)).hasSize(1);
    }

    @Test
    void anotherContentIsAnotherFile() throws IOException {
        Path first = file.with(CONTENT);

        assertThat(file.with(new byte[] {4})).isNotEqualTo(first);
        assertThat(Files.readAllBytes(first)).isEqualTo(CONTENT);
    }

    @Test
    void aFileWithWrongContentOrNoneIsReplaced() throws IOException {
        Path made = file.with(CONTENT);
        Files.write(made, new byte[] {9});
        assertThat(Files.readAllBytes(file.with(CONTENT))).isEqualTo(CONTENT);

        Files.delete(made);
        assertThat(Files.readAllBytes(file.with(CONTENT))).isEqualTo(CONTENT);

        Path elsewhere = Files.write(parent.resolve("elsewhere"), CONTENT);
        Files.delete(made);
        Files.createSymbolicLink(made, elsewhere);
        assertThat(Files.isSymbolicLink(file.with(CONTENT))).isFalse();
    }

    @Test
    void aDirectoryThatOthersMayEnterIsRefused() throws IOException {
        Path directory = file.with(CONTENT).getParent();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));

        assertThatThrownBy(() -> file.with(CONTENT))
                .isInstanceOf(IOException.class)
                .hasMessage(directory + " is open to others (rwxrwxrwx)");
        assertThat(contents(parent)).containsExactly(directory);
    }

    @Test
    void aDirectoryOfAnotherUserIsRefused() throws IOException {
        Path directory = file.with(CONTENT).getParent();
        assumeTrue(Files.getAttribute(directory, "unix:uid").equals(0), "only root can give away");
        Files.setAttribute(directory, "unix:uid", 4303);

        assertThatThrownBy(() -> file.with(CONTENT))
                .isInstanceOf(IOException.class)
                .hasMessage(directory + " belongs to user 4303");
    }

    @Test
    void aLinkToADirectoryIsRefused() throws IOException {
        Path directory = file.with(CONTENT).getParent();
        Path moved = Files.move(directory, parent.resolve("moved"));
        Files.createSymbolicLink(directory, moved);

        assertThatThrownBy(() -> file.with(CONTENT))
                .isInstanceOf(IOException.class)
                .hasMessage(directory + " is no directory");
    }

    @Test
    void whoComesAtTheSameTimeGetsTheWholeFile() throws Exception {
        byte[] large = new byte[100_000];
        large[99_999] = 1;
        try (var threads = Executors.newFixedThreadPool(8)) {
            List<Callable<byte[]>> readers =
                    IntStream.range(0, 64)
                            .<Callable<byte[]>>mapToObj(
                                    i -> () -> Files.readAllBytes(file.with(large)))
                            .toList();
            for (Future<byte[]> read : threads.invokeAll(readers)) {
                assertThat(read.get()).isEqualTo(large);
            }
        }
        assertThat(contents(parent)).hasSize(1);
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static List<Path> contents(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
