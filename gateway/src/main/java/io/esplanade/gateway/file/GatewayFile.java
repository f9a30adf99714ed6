package io.esplanade.gateway.file;

import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoProviders;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.fib.KernelRouting;
import io.esplanade.engine.ipsec.Action;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.HeaderRules;
import io.esplanade.engine.ipsec.IpsecProtocol;
import io.esplanade.engine.ipsec.Lifetime;
import io.esplanade.engine.ipsec.MtuRules;
import io.esplanade.engine.ipsec.Prefix;
import io.esplanade.engine.ipsec.SaMode;
import io.esplanade.engine.ipsec.Tfc;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.ipsec.UdpEncapsulation;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.runtime.config.RuntimeConfig;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a gateway file says, entry by entry. An entry with a mistake in it is left out, but its name
 * is kept, so that what refers to it is not called wrong as well.
 *
 * @param name the engine's name
 * @param mbufs the pool
 * @param crypto who does the cryptography
 * @param lanes sizes of a lane
 * @param runtime what moves the packets, and where the file says so
 * @param nonceStore where used sequence numbers are remembered, if the file says
 * @param auditEvents how many auditable events of a kind are told in a second
 * @param ip ICMP errors, path MTU and reassembly
 * @param ports sound ports
 * @param portNames the names of all ports
 * @param routes sound routes
 * @param kernelRoutes what is taken over from the kernel, if the file says
 * @param tunnels sound tunnels
 * @param tunnelNames the names of all tunnels
 * @param policies sound policies, as they stand, without those that tunnels imply
 */
record GatewayFile(
        String name,
        Mbufs mbufs,
        Crypto crypto,
        Lanes lanes,
        At<RuntimeConfig> runtime,
        Optional<At<Path>> nonceStore,
        int auditEvents,
        Ip ip,
        List<PortEntry> ports,
        Set<String> portNames,
        List<RouteEntry> routes,
        Optional<KernelRoutes> kernelRoutes,
        List<TunnelEntry> tunnels,
        Set<String> tunnelNames,
        List<PolicyEntry> policies) {

    /** The crypto provider that serves a tunnel. */
    String provider(TunnelEntry tunnel) {
        return tunnel.provider().map(At::value).orElse(crypto.provider());
    }

    /**
     * Who does the cryptography.
     *
     * @param named the provider of tunnels that name none, if the file says
     * @param openssl options for the provider openssl, if the file has some
     */
    record Crypto(Optional<At<String>> named, Optional<At<Map<String, String>>> openssl) {

        String provider() {
            return named.map(At::value).orElse(Providers.DEFAULT);
        }

        Map<String, String> options(String name) {
            return name.equals(Providers.DEFAULT)
                    ? openssl.map(At::value).orElse(Map.of())
                    : Map.of();
        }

        /** The provider of this name with the file's options, loaded. */
        CryptoProvider find(String name) throws CryptoException {
            return CryptoProviders.find(name, options(name));
        }
    }

    /** How many mbufs of each size class, and whether every access is checked. */
    record Mbufs(int count, int large, boolean invariants) {}

    /** Packets a burst, and entries of the flow cache. */
    record Lanes(int burst, int flowCache) {}

    /** What lanes do about ICMP, path MTU and fragments; times in seconds. */
    record Ip(
            int icmpErrors,
            boolean learnPathMtu,
            int pathMtuAge,
            int reassemblyMbufs,
            int reassemblyTime) {}

    /** A port; {@code options} are those of its type, files resolved. */
    record PortEntry(
            At<String> name,
            PortType type,
            Side side,
            Optional<At<Integer>> mtu,
            List<At<InetAddress>> addresses,
            List<Neighbour> neighbours,
            Map<String, At<String>> options) {}

    /** Who has which link-layer address on a port's link. */
    record Neighbour(At<InetAddress> address, long mac) {}

    record RouteEntry(At<Prefix> to, At<String> port, Optional<At<InetAddress>> via) {}

    /** That the kernel's routes are followed; {@code elsewhere} is in {@code routing} too. */
    record KernelRoutes(KernelRouting routing, Optional<At<String>> elsewhere) {}

    /** A pair of SAs and the traffic they carry. */
    record TunnelEntry(
            At<String> name,
            At<InetAddress> local,
            At<InetAddress> remote,
            List<At<TrafficSpec>> localTs,
            List<At<TrafficSpec>> remoteTs,
            Proposal proposal,
            Optional<At<String>> provider,
            At<Integer> replayWindow,
            int priority,
            Shape shape,
            MtuRules mtuRules,
            Lifetime lifetime,
            Optional<SaEntry> out,
            Optional<SaEntry> in,
            boolean unsafeVolatileSequence) {}

    /** What a tunnel's packets look like. */
    record Shape(SaMode mode, Optional<UdpEncapsulation> udp, Tfc tfc, HeaderRules headers) {

        boolean transport() {
            return mode == SaMode.TRANSPORT;
        }
    }

    /** What {@code esp-proposal} says, or {@code ah-proposal}, whose suite encrypts nothing. */
    record Proposal(IpsecProtocol protocol, Suite suite, boolean esn) {

        boolean ah() {
            return protocol == IpsecProtocol.AH;
        }

        /** Its algorithms as they are written. */
        String keyword() {
            return ah() ? "AH " + suite.integrity().keyword() : suite.keyword();
        }
    }

    /** One direction of a tunnel. */
    record SaEntry(Position position, At<Integer> spi, KeyMaterial key, long initialSequence) {}

    /** A policy as written. */
    record PolicyEntry(
            At<String> name,
            Direction direction,
            Action action,
            int priority,
            Optional<At<String>> tunnel,
            List<TrafficSelector> selectors) {}
}
