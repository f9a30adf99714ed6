package io.esplanade.engine.fib;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.IpAddresses;
import io.esplanade.engine.ipsec.Prefix;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

class FibTest {

    private final Fib fib = new Fib();

    private void put(String prefix, int nextHop) {
        fib.put(Prefix.parse(prefix), nextHop);
    }

    private int lookup(String address) {
        return lookup(InetAddress.ofLiteral(address));
    }

    private int lookup(InetAddress address) {
        return address.getAddress().length == 4
                ? fib.lookupIpv4((int) IpAddresses.low(address))
                : fib.lookupIpv6(IpAddresses.high(address), IpAddresses.low(address));
    }

    @Test
    void anEmptyTableHasNoRoute() {
        assertThat(lookup("10.0.0.1")).isEqualTo(Fib.NONE);
        assertThat(lookup("2001:db8::1")).isEqualTo(Fib.NONE);
    }

    @Test
    void theLongestPrefixDecidesWhateverTheOrderOfAdding() {
        put("10.1.2.3/32", 32);
        put("0.0.0.0/0", 0);
        put("10.1.0.0/16", 16);
        put("10.0.0.0/8", 8);
        put("10.1.2.0/24", 24);
        assertThat(lookup("10.1.2.3")).isEqualTo(32);
        assertThat(lookup("10.1.2.4")).isEqualTo(24);
        assertThat(lookup("10.1.3.3")).isEqualTo(16);
        assertThat(lookup("10.2.2.3")).isEqualTo(8);
        assertThat(lookup("192.0.2.1")).isZero();
        assertThat(lookup("255.255.255.255")).isZero();
    }

    @Test
    void ipv6PrefixesOfEveryLengthAreFound() {
        InetAddress all = InetAddress.ofLiteral("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
        for (int length = 0; length <= 128; length++) {
            long high = Prefix.highMask(length);
            long low = Prefix.lowMask(length);
            InetAddress first = IpAddresses.of(high, low);
            fib.put(new Prefix(first, length), length);
            assertThat(lookup(all)).isEqualTo(length);
        }
        for (int length = 128; length >= 0; length--) {
            assertThat(lookup(all)).isEqualTo(length);
            InetAddress first = IpAddresses.of(Prefix.highMask(length), Prefix.lowMask(length));
            assertThat(fib.remove(new Prefix(first, length))).isTrue();
        }
        assertThat(lookup(all)).isEqualTo(Fib.NONE);
    }

    @Test
    void theDefaultRouteOfOneFamilyIsNoneForTheOther() {
        put("::/0", 6);
        assertThat(lookup("10.0.0.1")).isEqualTo(Fib.NONE);
        assertThat(lookup("2001:db8::1")).isEqualTo(6);
        put("0.0.0.0/0", 4);
        assertThat(lookup("10.0.0.1")).isEqualTo(4);
        assertThat(fib.lookupIpv6(0, 0xffff_0a00_0001L)).as("::ffff:10.0.0.1").isEqualTo(6);
    }

    @Test
    void puttingAgainPointsTheRouteElsewhere() {
        put("10.0.0.0/8", 1);
        put("10.0.0.0/8", 2);
        assertThat(lookup("10.0.0.1")).isEqualTo(2);
        assertThat(fib.size()).isEqualTo(1);
        assertThat(fib.remove(Prefix.parse("10.0.0.0/8"))).isTrue();
        assertThat(lookup("10.0.0.1")).isEqualTo(Fib.NONE);
        assertThat(fib.remove(Prefix.parse("10.0.0.0/8"))).isFalse();
    }

    @Test
    void removingOneRouteLeavesOthersOfItsLength() {
        put("10.1.0.0/16", 1);
        put("10.2.0.0/16", 2);
        fib.remove(Prefix.parse("10.1.0.0/16"));
        assertThat(lookup("10.1.0.1")).isEqualTo(Fib.NONE);
        assertThat(lookup("10.2.0.1")).isEqualTo(2);
    }

    @Test
    void itAgreesWithASearchThroughAllRoutes() {
        Random random = new Random(1);
        Map<Prefix, Integer> model = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            Prefix prefix = prefix(random);
            if (model.containsKey(prefix)) {
                model.remove(prefix);
                assertThat(fib.remove(prefix)).isTrue();
            } else {
                model.put(prefix, i);
                fib.put(prefix, i);
            }
            if (model.size() > 60) {
                Prefix one = model.keySet().iterator().next();
                model.remove(one);
                fib.remove(one);
            }
            InetAddress address = address(random, random.nextBoolean());
            assertThat(lookup(address)).as(address.toString()).isEqualTo(naive(model, address));
        }
    }

    private static int naive(Map<Prefix, Integer> model, InetAddress address) {
        Prefix best = null;
        for (Prefix prefix : model.keySet()) {
            if (prefix.isIpv4() == (address.getAddress().length == 4)
                    && AddressRange.of(prefix).contains(address)
                    && (best == null || prefix.length() > best.length())) {
                best = prefix;
            }
        }
        return best == null ? Fib.NONE : model.get(best);
    }

    private static Prefix prefix(Random random) {
        boolean six = random.nextBoolean();
        InetAddress address = address(random, six);
        int length = random.nextInt(six ? 129 : 33);
        int mapped = six ? length : length + 96;
        return new Prefix(
                IpAddresses.of(
                        IpAddresses.high(address) & Prefix.highMask(mapped),
                        IpAddresses.low(address) & Prefix.lowMask(mapped)),
                length);
    }

    private static InetAddress address(Random random, boolean six) {
        return six
                ? IpAddresses.of(
                        0x2001_0db8_0000_0000L | random.nextInt(4) << 14,
                        (long) random.nextInt(4) << 62 | random.nextInt(4))
                : IpAddresses.of(
                        0,
                        IpAddresses.IPV4_MAPPED
                                | 0x0a00_0000L
                                | random.nextInt(4) << 14
                                | random.nextInt(4));
    }

    @Test
    void aReaderAlwaysFindsARouteThatStaysWhileOthersComeAndGo() throws InterruptedException {
        put("10.0.0.0/8", 1);
        put("10.1.2.0/24", 2);
        AtomicBoolean done = new AtomicBoolean();
        AtomicReference<String> wrong = new AtomicReference<>();
        Thread reader =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    while (!done.get()) {
                                        int steady = fib.lookupIpv4(0x0a010203);
                                        int other = fib.lookupIpv4(0x0a020203);
                                        if (steady != 2 || other != 1 && other != 3) {
                                            wrong.set(steady + ", " + other);
                                        }
                                    }
                                });
        for (int i = 0; i < 300_000; i++) {
            Prefix prefix = new Prefix(IpAddresses.of(0, 0xffff_0a02_0000L), 16 + i % 8);
            fib.put(prefix, 3);
            fib.remove(prefix);
        }
        done.set(true);
        reader.join();
        assertThat(wrong.get()).isNull();
    }

    @Test
    void equalNextHopsHaveOneIndex() {
        NextHops hops = new NextHops();
        int link = hops.index(NextHop.onLink(1));
        int other = hops.index(NextHop.onLink(2));
        int via = hops.index(NextHop.via(1, 0, 0xffff_0a00_0001L));
        assertThat(link).isNotEqualTo(other).isNotEqualTo(via);
        assertThat(hops.index(NextHop.onLink(1))).isEqualTo(link);
        for (int port = 3; port < 100; port++) {
            hops.index(NextHop.onLink(port));
        }
        assertThat(hops.get(link)).isEqualTo(NextHop.onLink(1));
        assertThat(hops.get(via)).isEqualTo(NextHop.via(1, 0, 0xffff_0a00_0001L));
    }
}
