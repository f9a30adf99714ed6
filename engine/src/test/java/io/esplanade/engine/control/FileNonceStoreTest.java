package io.esplanade.engine.control;

import static io.esplanade.engine.control.NonceStoreProcess.BLOCK;
import static io.esplanade.engine.control.NonceStoreProcess.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

@Timeout(60)
class FileNonceStoreTest {

    private static final byte[] KEY = fingerprint(1);
    private static final byte[] OTHER_KEY = fingerprint(2);

    @TempDir private Path folder;
    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("nonces");
    }

    @Test
    void blocksOfOneKeyFollowEachOther() throws IOException {
        try (FileNonceStore store = FileNonceStore.open(file)) {
            assertThat(store.reserve(KEY, 1, 100)).isEqualTo(1);
            assertThat(store.reserve(KEY, 1, 100)).isEqualTo(101);
            assertThat(store.reserve(OTHER_KEY, 1, 100)).isEqualTo(1);
            assertThat(store.reserve(KEY, 1, 1)).isEqualTo(201);
            assertThat(store.reserve(KEY, 1, 1)).isEqualTo(202);
        }
    }

    @Test
    void aRestartBeginsBehindTheLastBlock() throws IOException {
        try (FileNonceStore store = FileNonceStore.open(file)) {
            store.reserve(KEY, 1, 100);
        }
        try (FileNonceStore store = FileNonceStore.open(file)) {
            assertThat(store.reserve(KEY, 1, 100)).isEqualTo(101);
            assertThat(store.reserve(OTHER_KEY, 1, 100)).isEqualTo(1);
        }
    }

    @Test
    void anInitialNumberMovesTheBlockUpButNeverDown() throws IOException {
        try (FileNonceStore store = FileNonceStore.open(file)) {
            assertThat(store.reserve(KEY, 5000, 10)).isEqualTo(5000);
            assertThat(store.reserve(KEY, 1, 10)).isEqualTo(5010);
            assertThat(store.reserve(KEY, 5019, 10)).isEqualTo(5020);
            assertThat(store.reserve(KEY, 5031, 10)).isEqualTo(5031);
        }
    }

    @Test
    void numbersAreUnsignedAndEndAtTheLast() throws IOException {
        try (FileNonceStore store = FileNonceStore.open(file)) {
            assertThat(store.reserve(KEY, Long.MAX_VALUE, 2)).isEqualTo(Long.MAX_VALUE);
            assertThat(store.reserve(KEY, 1, 1)).isEqualTo(Long.MIN_VALUE + 1);
            assertThat(store.reserve(KEY, -10, 5)).isEqualTo(-10);
            assertThat(store.reserve(KEY, 1, Long.MAX_VALUE)).isEqualTo(-5);
        }
        try (FileNonceStore store = FileNonceStore.open(file)) {
            assertThatIOException()
                    .isThrownBy(() -> store.reserve(KEY, 1, 1))
                    .withMessageContaining("replace the key")
                    .withMessageContaining(file.toString());
        }
    }

    @Test
    void theVeryLastNumberIsGivenOnce() throws IOException {
        try (FileNonceStore store = FileNonceStore.open(file)) {
            assertThat(store.reserve(KEY, -2, 1)).isEqualTo(-2);
            assertThat(store.reserve(KEY, 1, 1)).isEqualTo(-1);
            assertThatIOException().isThrownBy(() -> store.reserve(KEY, 1, 1));
        }
    }

    @Test
    void whatIsNoReservationIsRefused() throws IOException {
        try (FileNonceStore store = FileNonceStore.open(file)) {
            assertThatThrownBy(() -> store.reserve(new byte[15], 1, 1))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> store.reserve(KEY, 1, 0))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> store.reserve(KEY, 0, 1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void filesAreForTheirOwnerAlone() throws IOException {
        try (FileNonceStore store = FileNonceStore.open(file)) {
            store.reserve(KEY, 1, 1);
            try (Stream<Path> files = Files.list(folder)) {
                assertThat(files)
                        .isNotEmpty()
                        .allSatisfy(
                                f ->
                                        assertThat(
                                                        PosixFilePermissions.toString(
                                                                Files.getPosixFilePermissions(f)))
                                                .isEqualTo("rw-------"));
            }
        }
    }

    @Test
    void aSecondEngineOfTheProcessIsRefused() throws IOException {
        try (FileNonceStore store = FileNonceStore.open(file)) {
            store.reserve(KEY, 1, 1);
            assertThatIOException()
                    .isThrownBy(() -> FileNonceStore.open(folder.resolve("./nonces")))
                    .withMessageContaining("in use by another engine of this process");
        }
        FileNonceStore.open(file).close();
    }

    @Test
    void anotherProcessIsRefusedEvenAfterASecondEngineTried() throws Exception {
        try (FileNonceStore store = FileNonceStore.open(file)) {
            assertThatIOException().isThrownBy(() -> FileNonceStore.open(file));
            try (NonceStoreProcess other = new NonceStoreProcess(file)) {
                assertThat(other.output().readLine())
                        .startsWith(
                                "refused: nonce store " + file + " is in use by another process");
            }
            assertThat(store.reserve(KEY, 1, 1)).isEqualTo(1);
        }
    }

    @Test
    void aClosedStoreReservesNothing() throws IOException {
        FileNonceStore store = FileNonceStore.open(file);
        store.close();
        store.close();
        assertThatIOException()
                .isThrownBy(() -> store.reserve(KEY, 1, 1))
                .withMessageContaining("closed");
    }

    @Test
    void closingTwiceDoesNotLetASecondEngineIntoAThirdOnesStore() throws IOException {
        FileNonceStore first = FileNonceStore.open(file);
        first.close();
        try (FileNonceStore second = FileNonceStore.open(file)) {
            first.close();
            assertThatIOException().isThrownBy(() -> FileNonceStore.open(file));
            assertThat(second.reserve(KEY, 1, 1)).isEqualTo(1);
        }
    }

    /** kill -9 while reserving, six times over one store: no number is ever given twice. */
    @Test
    void aProcessKilledAtAnyMomentNeverLeadsToANumberGivenTwice() throws Exception {
        Set<String> given = new HashSet<>();
        Random random = new Random(3);
        for (int life = 0; life < 6; life++) {
            List<String> lines = new ArrayList<>();
            try (NonceStoreProcess process = new NonceStoreProcess(file)) {
                BufferedReader output = process.output();
                int until = 1 + random.nextInt(60);
                while (lines.size() < until) {
                    lines.add(output.readLine());
                }
                process.kill();
                // What it had printed when it died counts too.
                output.lines().filter(l -> l.endsWith("reserved")).forEach(lines::add);
            }
            for (String line : lines) {
                assertThat(line).matches("[01] \\d*1 reserved");
                assertThat(given.add(line)).as("block %s given twice", line).isTrue();
            }
        }
        try (FileNonceStore store = FileNonceStore.open(file)) {
            for (int key = 0; key < 2; key++) {
                long first = store.reserve(fingerprint(key), 1, BLOCK);
                assertThat(given).doesNotContain(key + " " + first + " reserved");
            }
        }
    }

    /** What a crash leaves while the new contents are being written, at every byte. */
    @Test
    void halfWrittenNewContentsAreNotBelievedNorInTheWay() throws IOException {
        byte[] before = contentsAfter(100);
        byte[] after = contentsAfter(100, 100);
        Path next = folder.resolve("nonces.new");
        for (int length = 0; length <= after.length; length++) {
            Files.write(file, before);
            Files.write(next, Arrays.copyOf(after, length));
            try (FileNonceStore store = FileNonceStore.open(file)) {
                assertThat(store.reserve(KEY, 1, 1)).isEqualTo(101);
            }
            assertThat(next).doesNotExist();
        }
    }

    @Test
    void aFileCutOffAnywhereIsRefusedByNameWithARemedy() throws IOException {
        byte[] contents = contentsAfter(100, 100, 100);
        for (int length = 0; length < contents.length; length++) {
            refused(Arrays.copyOf(contents, length));
        }
    }

    @Test
    void aFileWithAnyBitFlippedIsRefused() throws IOException {
        byte[] contents = contentsAfter(100, 100);
        for (int bit = 0; bit < contents.length * 8; bit++) {
            byte[] damaged = contents.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            refused(damaged);
        }
    }

    @Test
    void aFileWithSomethingAddedIsRefused() throws IOException {
        byte[] contents = contentsAfter(100);
        refused(Arrays.copyOf(contents, contents.length + 1));
        byte[] twice = Arrays.copyOf(contents, contents.length * 2);
        System.arraycopy(contents, 0, twice, contents.length, contents.length);
        refused(twice);
    }

    private void refused(byte[] contents) throws IOException {
        Files.write(file, contents);
        assertThatIOException()
                .isThrownBy(() -> FileNonceStore.open(file))
                .withMessageContaining(file.toString())
                .withMessageContaining("replace every static key");
        assertThat(file).as("stays for a look").hasBinaryContent(contents);
    }

    @Test
    void aFolderThatIsNotThereIsNamed() {
        assertThatIOException()
                .isThrownBy(() -> FileNonceStore.open(folder.resolve("none/nonces")))
                .withMessageContaining("there is no folder " + folder.resolve("none"));
    }

    @Test
    void whenTheContentsCannotBeWrittenNothingIsReserved() throws IOException {
        Path blocked = folder.resolve("nonces.new");
        try (FileNonceStore store = FileNonceStore.open(file)) {
            assertThat(store.reserve(KEY, 1, 100)).isEqualTo(1);
            Files.createDirectories(blocked.resolve("something")); // also stops root
            assertThatIOException()
                    .isThrownBy(() -> store.reserve(KEY, 1, 100))
                    .withMessageContaining(file.toString())
                    .withMessageContaining("no sequence numbers were reserved");
            Files.delete(blocked.resolve("something"));
            Files.delete(blocked);
            assertThat(store.reserve(KEY, 1, 100)).isEqualTo(101);
        }
    }

    @Test
    void onAFullDiskNothingIsReservedAndWhatWasIsKept() throws Exception {
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=64k", "none", folder) == 0,
                "SKIPPED: a full disk needs root, to mount a small one");
        try {
            Path filler = folder.resolve("filler");
            try (FileNonceStore store = FileNonceStore.open(file)) {
                assertThat(store.reserve(KEY, 1, 100)).isEqualTo(1);
                assertThatIOException()
                        .isThrownBy(() -> Files.write(filler, new byte[1 << 20]))
                        .withMessageContaining("No space left");
                for (int i = 0; i < 3; i++) {
                    assertThatIOException()
                            .isThrownBy(() -> store.reserve(KEY, 1, 100))
                            .withMessageContaining("nonce store " + file)
                            .withMessageContaining("No space left");
                }
                Files.delete(filler);
                assertThat(store.reserve(KEY, 1, 100)).isEqualTo(101);
            }
            try (FileNonceStore store = FileNonceStore.open(file)) {
                assertThat(store.reserve(KEY, 1, 100)).isEqualTo(201);
            }
        } finally {
            assertThat(run("umount", folder)).isZero();
        }
    }

    private static int run(Object... command) throws Exception {
        List<String> words = Arrays.stream(command).map(Object::toString).toList();
        return new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(Redirect.DISCARD)
                .start()
                .waitFor();
    }

    private byte[] contentsAfter(int... blocks) throws IOException {
        Files.deleteIfExists(file);
        try (FileNonceStore store = FileNonceStore.open(file)) {
            for (int block : blocks) {
                store.reserve(KEY, 1, block);
            }
        }
        return Files.readAllBytes(file);
    }
}
