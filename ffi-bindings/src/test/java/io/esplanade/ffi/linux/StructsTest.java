package io.esplanade.ffi.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Layouts, offsets and accessors of one struct agree; the C compiler proves the offsets. */
class StructsTest {
    static List<Class<?>> structs() throws IOException {
        Path folder = Path.of("src/main/generated/io/esplanade/ffi/linux");
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString().replace(".java", ""))
                    .filter(name -> !name.equals("linux") && !name.equals("Syscalls"))
                    .sorted()
                    .<Class<?>>map(StructsTest::load)
                    .toList();
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName("io.esplanade.ffi.linux." + name);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void thereAreAsManyStructsAsTheArgumentsAskFor() throws IOException {
        try (var lines = Files.lines(Path.of("linux.args"))) {
            assertThat(structs())
                    .hasSize(
                            (int)
                                    lines.filter(l -> l.matches("--include-(struct|union) .*"))
                                            .count())
                    .hasSizeGreaterThan(40);
        }
    }

    @ParameterizedTest
    @MethodSource("structs")
    void theLayoutHasTheSizeAndTheOffsetsThatTheAccessorsUse(Class<?> struct) throws Exception {
        var layout = (GroupLayout) struct.getMethod("layout").invoke(null);
        assertThat(layout.byteSize()).isEqualTo(struct.getMethod("sizeof").invoke(null));
        for (MemoryLayout member : layout.memberLayouts()) {
            if (member.name().isPresent()) {
                String name = member.name().get();
                assertThat(struct.getMethod(name + "$offset").invoke(null))
                        .as(name)
                        .isEqualTo(layout.byteOffset(PathElement.groupElement(name)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("structs")
    void whatASetterWritesItsGetterReadsAndNothingElseIsTouched(Class<?> struct) throws Exception {
        for (Method setter : struct.getDeclaredMethods()) {
            if (setter.getParameterCount() == 2 && setter.getReturnType() == void.class) {
                roundTrip(struct, setter);
            }
        }
    }

    private static void roundTrip(Class<?> struct, Method setter) throws Exception {
        Class<?> type = setter.getParameterTypes()[1];
        if (type == MemorySegment.class) {
            return;
        }
        try (var arena = Arena.ofConfined()) {
            var memory = arena.allocate((long) struct.getMethod("sizeof").invoke(null), 8);
            setter.invoke(null, memory, ones(type));
            var getter = struct.getMethod(setter.getName(), MemorySegment.class);
            assertThat(getter.invoke(null, memory)).isEqualTo(ones(type));
            long offset = (long) struct.getMethod(setter.getName() + "$offset").invoke(null);
            for (long at = 0; at < memory.byteSize(); at++) {
                boolean written = at >= offset && at < offset + size(type);
                assertThat(memory.get(ValueLayout.JAVA_BYTE, at) == -1)
                        .as("%s, byte %d", setter.getName(), at)
                        .isEqualTo(written);
            }
        }
    }

    private static Object ones(Class<?> type) {
        return switch (type.getName()) {
            case "byte" -> (byte) -1;
            case "short" -> (short) -1;
            case "int" -> -1;
            case "long" -> -1L;
            default -> throw new AssertionError(type);
        };
    }

    private static long size(Class<?> type) {
        return switch (type.getName()) {
            case "byte" -> 1;
            case "short" -> 2;
            case "int" -> 4;
            case "long" -> 8;
            default -> throw new AssertionError(type);
        };
    }

    @Test
    void anArraysElementsAreCheckedAgainstItsLength() {
        try (var arena = Arena.ofConfined()) {
            var address = sockaddr_ll.allocate(arena);
            sockaddr_ll.sll_addr(address, 7, (byte) 9);
            assertThat(sockaddr_ll.sll_addr(address, 7)).isEqualTo((byte) 9);
            assertThat(address.get(ValueLayout.JAVA_BYTE, sockaddr_ll.sizeof() - 1))
                    .isEqualTo((byte) 9);
            assertThat(catchThrowable(() -> sockaddr_ll.sll_addr(address, 8)))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void theMembersOfAUnionShareTheirBytes() {
        try (var arena = Arena.ofConfined()) {
            var request = ifreq.allocate(arena);
            var union = ifreq.ifr_ifru(request);
            ifreq.ifr_ifru.ifru_ivalue(union, 0x01020304);
            assertThat(ifreq.ifr_ifru.ifru_flags(union)).isEqualTo((short) 0x0304);
            assertThat(ifreq.ifr_ifru$offset()).isEqualTo(linux.IF_NAMESIZE());
        }
    }

    @Test
    void theMembersOfAGroupWithoutANameAreTheOuterStructs() {
        try (var arena = Arena.ofConfined()) {
            var header = virtio_net_hdr_v1.allocate(arena);
            virtio_net_hdr_v1.csum_start(header, (short) 34);
            assertThat(header.get(ValueLayout.JAVA_SHORT, 6)).isEqualTo((short) 34);
        }
    }
}
