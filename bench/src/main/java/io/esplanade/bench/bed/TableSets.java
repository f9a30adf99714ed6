package io.esplanade.bench.bed;

import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.InboundState;
import io.esplanade.engine.ipsec.IpAddresses;
import io.esplanade.engine.ipsec.Prefix;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.SelectorFields;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.net.IpProtocol;

import java.net.InetAddress;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** What tables are filled with for measuring them: the same each time, any number of it. */
public final class TableSets {

    private static final int LOCAL_NETS = 1000;
    private static final InetAddress HERE = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress THERE = InetAddress.ofLiteral("192.0.2.2");
    private static final KeyMaterial KEY =
            KeyMaterial.takeFrom(new byte[Suite.AES_GCM_16_128.keyMaterialLength()]);

    private TableSets() {}

    /** The first {@code size} policies of a kind, {@code sites} or {@code ranges}. */
    public static List<SecurityPolicy> policies(String kind, int size) {
        return IntStream.range(0, size).mapToObj(i -> policy(kind, i)).toList();
    }

    /** Policy {@code i} of a kind, made anew. */
    public static SecurityPolicy policy(String kind, int i) {
        boolean sites = kind.equals("sites");
        TrafficSelector selector =
                sites
                        ? TrafficSelector.between(net(local(i), 24), net(remote(i), 24))
                        : TrafficSelector.between(range(i, 1), range(i, 2));
        return SecurityPolicy.discard("p" + i, Direction.OUTBOUND, i & 15, selector);
    }

    /** The fields of a packet: of a random one of the sites' policies, or any at all. */
    public static void packet(
            String kind, SplittableRandom random, int size, SelectorFields fields) {
        int i = random.nextInt(size);
        boolean sites = kind.equals("sites");
        fields.set(
                0,
                mapped(sites ? local(i) | i & 0xff : random.nextInt()),
                0,
                mapped(sites ? remote(i) | 7 : random.nextInt()),
                IpProtocol.UDP,
                1024,
                53,
                true);
    }

    private static int local(int i) {
        return 10 << 24 | i % LOCAL_NETS << 8;
    }

    private static int remote(int i) {
        return 11 << 24 | i / LOCAL_NETS * 37 % 0xffff << 8;
    }

    private static AddressRange net(int address, int length) {
        return AddressRange.of(new Prefix(address(address), length));
    }

    private static AddressRange range(int i, int which) {
        SplittableRandom random = new SplittableRandom(i * 2L + which);
        int a = random.nextInt();
        int b = random.nextInt();
        boolean up = Integer.compareUnsigned(a, b) <= 0;
        return new AddressRange(address(up ? a : b), address(up ? b : a));
    }

    /** {@code size} inbound SAs, whose key is one and whose contexts are none. */
    public static InboundState[] associations(int size) {
        return IntStream.range(0, size)
                .mapToObj(TableSets::association)
                .toArray(InboundState[]::new);
    }

    private static InboundState association(int i) {
        SecurityAssociation sa =
                SecurityAssociation.builder("sa" + i)
                        .inbound()
                        .spi(spi(i))
                        .from(THERE)
                        .to(HERE)
                        .key(KEY)
                        .replayWindow(64)
                        .build();
        return new InboundState(sa, 0, 0);
    }

    /** SPIs as they are chosen: without order. */
    public static int spi(int i) {
        return Integer.reverse(i) >>> 1 | 0x8000_0000;
    }

    /** Routes as a router has them: most to a /24, some to longer and shorter prefixes. */
    public static Prefix[] routes(int size) {
        return IntStream.range(0, size).mapToObj(TableSets::route).toArray(Prefix[]::new);
    }

    private static Prefix route(int i) {
        int hash = i * 0x9e3779b1; // each i another
        int length =
                switch (i % 10) {
                    case 0 -> 12 + i / 10 % 8;
                    case 1, 2 -> 20 + i / 10 % 4;
                    case 3 -> 25 + i / 10 % 8;
                    default -> 24;
                };
        return new Prefix(address(hash & (int) (-1L << 32 - length)), length);
    }

    /** An address within one of the first {@code size} routes. */
    public static int destination(SplittableRandom random, int size) {
        return random.nextInt(size) * 0x9e3779b1;
    }

    private static InetAddress address(int ipv4) {
        return IpAddresses.of(0, mapped(ipv4));
    }

    private static long mapped(int ipv4) {
        return IpAddresses.IPV4_MAPPED | Integer.toUnsignedLong(ipv4);
    }
}
