package io.esplanade.engine.ipsec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

class SadTest {

    private static final int SPI = 0xc0000001;
    private static final InetAddress HERE = InetAddress.ofLiteral("198.51.100.2");
    private static final InetAddress THERE = InetAddress.ofLiteral("198.51.100.3");
    private static final InetAddress HERE6 = InetAddress.ofLiteral("2001:db8::2");

    /** SAs that come and go. */
    private static final int SAS = 64;

    private final Sad sad = new Sad();

    private InboundState find(int spi, InetAddress destination) {
        return sad.inbound(spi, IpAddresses.high(destination), IpAddresses.low(destination));
    }

    @Test
    void anInboundSaIsFoundBySpiAndDestination() {
        InboundState sa = TestSas.inbound("a", SPI);
        int slot = sad.add(sa);
        assertThat(find(SPI, HERE)).isSameAs(sa);
        assertThat(sa.slot()).isEqualTo(slot);
        assertThat(find(SPI + 1, HERE)).isNull();
        assertThat(find(SPI, THERE)).isNull();
        assertThat(find(SPI, HERE6)).isNull();
    }

    @Test
    void theSameSpiMayServeOtherDestinations() {
        InboundState four = TestSas.inbound("four", SPI);
        InboundState six =
                new InboundState(
                        TestSas.sa("six")
                                .inbound()
                                .spi(SPI)
                                .from(InetAddress.ofLiteral("2001:db8::1"))
                                .to(HERE6)
                                .build(),
                        0,
                        0);
        sad.add(four);
        sad.add(six);
        assertThat(find(SPI, HERE)).isSameAs(four);
        assertThat(find(SPI, HERE6)).isSameAs(six);
    }

    @Test
    void aSecondSaWithTheSameSpiAndDestinationIsRefusedByName() {
        sad.add(TestSas.inbound("first", SPI));
        assertThatThrownBy(() -> sad.add(TestSas.inbound("second", SPI)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("second")
                .hasMessageContaining("first")
                .hasMessageContaining("0xc0000001");
        assertThat(sad.size()).isEqualTo(1);
    }

    @Test
    void aTunnelSendsOnItsNewestSa() {
        OutboundState first = TestSas.outbound("first", 5);
        OutboundState second = TestSas.outbound("second", 5);
        assertThat(sad.outbound(5)).isNull();
        sad.add(first);
        assertThat(sad.outbound(5)).isSameAs(first);
        sad.add(second);
        assertThat(sad.outbound(5)).isSameAs(second);
        assertThat(sad.outbound(4)).isNull();
        assertThat(sad.outbound(5000)).isNull();
    }

    @Test
    void whenTheNewestSaGoesTheTunnelFallsBackToTheOneBefore() {
        OutboundState first = TestSas.outbound("first", 0);
        OutboundState second = TestSas.outbound("second", 0);
        OutboundState third = TestSas.outbound("third", 0);
        int firstSlot = sad.add(first);
        int secondSlot = sad.add(second);
        int thirdSlot = sad.add(third);

        sad.remove(secondSlot);
        assertThat(sad.outbound(0)).isSameAs(third);
        sad.remove(thirdSlot);
        assertThat(sad.outbound(0)).isSameAs(first);
        sad.remove(firstSlot);
        assertThat(sad.outbound(0)).isNull();
    }

    @Test
    void whatWasRemovedIsFoundNoMoreButPacketsUnderWayReachItUntilItIsReclaimed() {
        InboundState sa = TestSas.inbound("a", SPI);
        int slot = sad.add(sa);
        int generation = sad.state(slot).generation();
        sad.remove(slot);
        assertThat(find(SPI, HERE)).isNull();
        assertThat(sad.inboundState(slot, generation)).isSameAs(sa);
        assertThat(sad.size()).isZero();

        sad.reclaim(slot);
        assertThat(sad.inboundState(slot, generation)).isNull();
        assertThat(sad.state(slot)).isNull();
    }

    @Test
    void anSaIsRemovedOnceAndReclaimedOnce() {
        int slot = sad.add(TestSas.outbound("a", 0));
        sad.remove(slot);
        assertThatThrownBy(() -> sad.remove(slot)).isInstanceOf(IllegalArgumentException.class);
        sad.reclaim(slot);
        assertThatThrownBy(() -> sad.reclaim(slot)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> sad.remove(slot)).isInstanceOf(IllegalArgumentException.class);
        assertThat(sad.size()).isZero();
    }

    @Test
    void aSlotIsReusedOnlyWhenReclaimedAndUnderAnotherGeneration() {
        int slot = sad.add(TestSas.inbound("a", SPI));
        int generation = sad.state(slot).generation();
        sad.remove(slot);
        InboundState next = TestSas.inbound("b", SPI);
        assertThat(sad.add(next)).as("not reclaimed yet").isNotEqualTo(slot);

        sad.reclaim(slot);
        InboundState reuse = TestSas.inbound("c", SPI + 1);
        assertThat(sad.add(reuse)).isEqualTo(slot);
        assertThat(sad.state(slot).generation()).isNotEqualTo(generation);
        assertThat(sad.inboundState(slot, generation)).isNull();
        assertThat(sad.state(slot)).isSameAs(reuse);
        assertThat(find(SPI, HERE)).isSameAs(next);
    }

    @Test
    void anSaInUseCannotBeReclaimed() {
        int slot = sad.add(TestSas.inbound("a", SPI));
        assertThatThrownBy(() -> sad.reclaim(slot)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void generationsAre16BitsAndBeginAnew() {
        int slot = sad.add(TestSas.inbound("a", SPI));
        int first = sad.state(slot).generation();
        InboundState sa = TestSas.inbound("b", SPI);
        for (int i = 1; i <= 0x10000; i++) {
            sad.remove(slot);
            sad.reclaim(slot);
            assertThat(sad.add(sa)).isEqualTo(slot);
            assertThat(sad.state(slot).generation()).isEqualTo((first + i) & 0xffff);
        }
    }

    @Test
    void aStateOfTheOtherDirectionIsNotAnswered() {
        int out = sad.add(TestSas.outbound("a", 0));
        int in = sad.add(TestSas.inbound("b", SPI));
        assertThat(sad.inboundState(out, sad.state(out).generation())).isNull();
        assertThat(sad.outboundState(in, sad.state(in).generation())).isNull();
    }

    @Test
    void itAgreesWithAModelThroughThousandsOfChanges() {
        Random random = new Random(1);
        Map<Integer, InboundState> model = new HashMap<>();
        Map<Integer, Integer> slots = new HashMap<>();
        Set<Integer> removed = new HashSet<>();
        for (int i = 0; i < 30_000; i++) {
            int spi = 1000 + random.nextInt(300);
            if (model.containsKey(spi)) {
                model.remove(spi);
                sad.remove(slots.get(spi));
                removed.add(slots.remove(spi));
            } else {
                InboundState sa = TestSas.inbound("a", spi);
                int slot = sad.add(sa);
                assertThat(removed).doesNotContain(slot);
                assertThat(slots.values()).doesNotContain(slot);
                model.put(spi, sa);
                slots.put(spi, slot);
            }
            if (i % 100 == 0) {
                removed.forEach(sad::reclaim);
                removed.clear();
            }
            int probe = 1000 + random.nextInt(300);
            assertThat(find(probe, HERE)).isSameAs(model.get(probe));
        }
    }

    private boolean isThere(InboundState sa, int spi) {
        return sa.spi() == spi && sad.inboundState(sa.slot(), sa.generation()) == sa;
    }

    /** As a lane does: find, remember slot and generation, look up the state later. */
    @Test
    void aLaneNeverGetsAnotherSaThanTheOneItFound() throws InterruptedException {
        sad.add(TestSas.inbound("stays", SPI));
        AtomicBoolean done = new AtomicBoolean();
        AtomicReference<String> wrong = new AtomicReference<>();
        Thread lane =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    for (int i = 0; !done.get(); i = (i + 1) % SAS) {
                                        InboundState sa = find(1000 + i, HERE);
                                        if (sa != null && !isThere(sa, 1000 + i)) {
                                            wrong.set(sa + " for " + (1000 + i));
                                        }
                                        if (find(SPI, HERE) == null) {
                                            wrong.set("the one that stays is lost");
                                        }
                                    }
                                });
        // No slot is reclaimed while the lane may hold it: here, ever.
        for (int round = 0; round < 300; round++) {
            int[] slots = new int[SAS];
            for (int i = 0; i < SAS; i++) {
                slots[i] = sad.add(TestSas.inbound("a" + i, 1000 + i));
            }
            for (int slot : slots) {
                sad.remove(slot);
            }
        }
        done.set(true);
        lane.join();
        assertThat(wrong.get()).isNull();
    }
}
