/**
 * The embeddable engine. Its API is the root package and the packages whose types appear in it; how
 * packets are worked on stays inside.
 */
module io.esplanade.engine {
    requires io.esplanade.ffi;
    requires com.lmax.disruptor;
    requires java.management;
    requires jdk.jfr;

    exports io.esplanade.engine;
    exports io.esplanade.engine.control;
    exports io.esplanade.engine.counters;
    exports io.esplanade.engine.crypto;
    exports io.esplanade.engine.fib;
    exports io.esplanade.engine.ipsec;
    exports io.esplanade.engine.mbuf;
    exports io.esplanade.engine.os;
    exports io.esplanade.engine.port;
    exports io.esplanade.engine.port.memory;
    exports io.esplanade.engine.port.pcap;
    exports io.esplanade.engine.port.raw;
    exports io.esplanade.engine.port.tun;
    exports io.esplanade.engine.port.udp;
    exports io.esplanade.engine.runtime.config;

    uses io.esplanade.engine.crypto.CryptoProvider;
    uses io.esplanade.engine.port.PortFactory;

    provides io.esplanade.engine.crypto.CryptoProvider with
            io.esplanade.engine.crypto.openssl.OpenSslProvider,
            io.esplanade.engine.crypto.ipsecmb.IpsecMbProvider,
            io.esplanade.engine.crypto.jce.JceProvider;
    provides io.esplanade.engine.port.PortFactory with
            io.esplanade.engine.port.pcap.PcapPortFactory,
            io.esplanade.engine.port.packet.PacketPortFactory,
            io.esplanade.engine.port.xdp.XdpPortFactory,
            io.esplanade.engine.port.tun.TunPortFactory,
            io.esplanade.engine.port.udp.UdpPortFactory,
            io.esplanade.engine.port.raw.RawPortFactory;
}
