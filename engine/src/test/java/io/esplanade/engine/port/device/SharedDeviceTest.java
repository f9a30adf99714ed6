package io.esplanade.engine.port.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.Engine;
import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.port.Side;
import io.esplanade.testing.NetworkNamespace;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * The kernel and an {@code af-xdp} port share a device and its address: each gets what is its own.
 */
@Timeout(60)
class SharedDeviceTest {

    private static final String WAN = Network.name("w");

    private static final String US = "198.51.100.1";
    private static final String US6 = "2001:db8::1";

    private static final String SEND =
            """
            import socket,sys
            kind,to=sys.argv[1],sys.argv[2]
            family=socket.AF_INET6 if ':' in to else socket.AF_INET
            if kind=='udp':
                s=socket.socket(family,socket.SOCK_DGRAM)
                s.sendto(bytes.fromhex(sys.argv[4]),(to,int(sys.argv[3])))
            else:
                s=socket.socket(family,socket.SOCK_RAW,int(sys.argv[3]))
                s.sendto(bytes.fromhex(sys.argv[4])*int(sys.argv[5]),(to,0))
            """;

    private final Network network = Network.open();
    private NetworkNamespace peer;
    private Engine gateway;

    @BeforeEach
    void open() {
        peer = network.host(WAN, "198.51.100.2/24", US);
        Network.ipv6(peer, "2001:db8::2/64", US6);
        Network.sh("echo 0 >/proc/sys/net/ipv6/conf/" + WAN + "/disable_ipv6");
        Network.sh(
                "ip addr add 198.51.100.1/24 dev "
                        + WAN
                        + "; ip addr add 2001:db8::1/64 dev "
                        + WAN
                        + " nodad");
    }

    private void start(String mode) {
        gateway =
                Engine.builder()
                        .invariants(true)
                        .port(Devices.port("af-xdp", "wan", Side.UNPROTECTED, WAN, "mode", mode))
                        .address("wan", InetAddress.ofLiteral(US))
                        .address("wan", InetAddress.ofLiteral(US6))
                        .route(Route.of("198.51.100.0/24", "wan"))
                        .build();
        gateway.start();
    }

    @AfterEach
    void close() {
        try (network) {
            if (gateway != null) {
                Devices.closeWhole(gateway);
            }
        }
    }

    private void send(String... arguments) {
        String[] command = new String[arguments.length + 3];
        command[0] = "/usr/bin/python3";
        command[1] = "-c";
        command[2] = SEND;
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        try {
            Process process = peer.start(List.of(command));
            String said = new String(process.getInputStream().readAllBytes());
            assertThat(process.waitFor()).as(said).isZero();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void awaitNoSa(long count) {
        while (gateway.snapshot().drops(DropReason.NO_SA) < count) {
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @CsvSource({"native," + US, "native," + US6, "generic," + US})
    void ikeGoesToTheKernelAndEspToThePort(String mode, String own) throws Exception {
        start(mode);
        try (DatagramSocket ike = new DatagramSocket(new InetSocketAddress(own, 4500))) {
            ike.setSoTimeout(30_000);
            DatagramPacket heard = new DatagramPacket(new byte[100], 100);

            send("raw", own, "50", "c0000001000000010000000000000000", "4"); // ESP
            send("udp", own, "4500", "c00000010000000100000000000000000000000000000000"); // in UDP
            send("udp", own, "4500", "00000000aabbccdd"); // IKE, marked

            ike.receive(heard);
            assertThat(heard.getLength()).as("the first that the kernel got").isEqualTo(8);
            // Without an SA for it ESP in UDP is a datagram for a gateway without such a service.
            while (gateway.snapshot().drops(DropReason.NOT_FOR_US) < 1) {
                Thread.onSpinWait();
            }
            awaitNoSa(1);
        }
    }

    @Test
    void whatIsNotIpsecIsTheKernels() {
        start("auto");
        assertThat(peer.sh("busybox ping -c 2 -i 0.1 -W 3 " + US)).contains(" 0% packet loss");
        assertThat(peer.sh("busybox ping -6 -c 2 -i 0.1 -W 3 " + US6)).contains(" 0% packet loss");
        assertThat(gateway.snapshot().drops(DropReason.NOT_FOR_US)).isZero();
    }

    /** Of which nobody can see at the device what they are. */
    @ParameterizedTest
    @ValueSource(strings = {US, US6})
    void fragmentsToTheGatewayAreThePorts(String own) {
        start("auto");
        send("raw", own, "50", "c0000001000000010000000000000000", "150"); // in two
        awaitNoSa(1);
        assertThat(gateway.snapshot().counter(Counter.DATAGRAMS_REASSEMBLED)).isEqualTo(1);
    }

    /** Another process's program is not pushed aside. */
    @Test
    void aDeviceThatHasAProgramIsRefused() {
        start("auto");
        Engine second =
                Engine.builder().port(Devices.port("af-xdp", "wan", Side.UNPROTECTED, WAN)).build();
        assertThat(org.assertj.core.api.Assertions.catchThrowable(second::start))
                .hasMessageContaining("port wan")
                .hasMessageContaining("xdp off");
    }

    @Test
    void nothingIsLeftAtTheDevice() {
        start("auto");
        assertThat(Network.sh("ip link show " + WAN)).contains("xdp");
        gateway.close();
        assertThat(Network.sh("ip link show " + WAN)).doesNotContain("xdp");
    }
}
