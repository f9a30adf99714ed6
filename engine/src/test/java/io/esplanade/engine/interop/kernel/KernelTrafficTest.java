package io.esplanade.engine.interop.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.testing.IpPackets;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Packets of all sizes, and packets that the kernel sends first. */
@ExtendWith(LinuxPeerExtension.class)
class KernelTrafficTest {

    private static final int LONGEST = 9000;
    private static final int EVERY_SIZE_UP_TO = 2200; // where small mbufs end, and beyond
    private static final int STEP = 97;
    private static final int AT_ONCE = 50;

    @ParameterizedTest(name = "{0}, inner IPv6: {1}, outer IPv6: {2}")
    @CsvSource({
        "aes128gcm16, false, false",
        "aes128-sha256, true, false",
        "chacha20poly1305, false, true",
        "null-sha1, true, true"
    })
    void everySize(String suite, boolean inner6, boolean outer6, LinuxPeer peer) {
        try (Bed bed = Bed.of(peer, Tunnel.of(suite).overIpv6(outer6))) {
            int headers = (inner6 ? 40 : 20) + 8;
            List<Echo> echoes = new ArrayList<>();
            int sent = 0;
            for (int size = headers; size <= LONGEST; size += size < EVERY_SIZE_UP_TO ? 1 : STEP) {
                echoes.add(Echo.udp(inner6, size - headers));
                if (echoes.size() == AT_ONCE || size + STEP > LONGEST) {
                    bed.exchange(echoes);
                    sent += echoes.size();
                    echoes.clear();
                }
            }
            bed.assertNothingWentWrong(sent);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theKernelSendsFirst(boolean ipv6, LinuxPeer peer) {
        int count = 3;
        try (Bed bed = Bed.of(peer, Tunnel.of("aes256gcm16").overIpv6(ipv6))) {
            CompletableFuture<String> pings =
                    bed.console()
                            .start(
                                    "ping -A -c %d -s 1000 -p a5 %s"
                                            .formatted(count, Ends.GATEWAY.inner(ipv6)));
            for (int i = 0; i < count; i++) {
                List<byte[]> received = bed.inwards(bed.fromPeer());
                assertThat(received).hasSize(1);
                byte[] request = received.getFirst();
                int data = (ipv6 ? 40 : 20) + 8;
                assertThat(request).hasSize(data + 1000);
                assertThat(request[request.length - 1]).isEqualTo((byte) 0xa5);
                bed.outwards(IpPackets.echoReply(request)).forEach(bed::toPeer);
            }
            assertThat(pings.join())
                    .contains("%d packets received, 0%% packet loss".formatted(count));
            bed.assertNothingWentWrong(count);
        }
    }
}
