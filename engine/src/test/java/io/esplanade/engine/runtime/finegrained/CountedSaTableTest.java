package io.esplanade.engine.runtime.finegrained;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.ipsec.InboundState;
import io.esplanade.engine.ipsec.IpAddresses;
import io.esplanade.engine.ipsec.OutboundState;
import io.esplanade.engine.ipsec.SaTable;
import io.esplanade.engine.ipsec.Sad;
import io.esplanade.engine.testing.TwoGateways;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;

/** References to SAs that threads share. */
class CountedSaTableTest {

    private final Sad sad = new Sad();
    private final SaTable table = new CountedSaTable(sad);
    private final OutboundState out =
            new OutboundState(
                    TwoGateways.sa("out", 0, TwoGateways.newKey()).outbound().build(), 0, 0, 1L);
    private final InboundState in =
            new InboundState(
                    TwoGateways.sa("in", 1, TwoGateways.newKey()).inbound().build(), 0, 0, 1L);

    private InboundState findInbound() {
        InetAddress to = in.association().destination();
        return table.inbound(in.spi(), IpAddresses.high(to), IpAddresses.low(to));
    }

    @Test
    void eachLookupThatFindsAnSaTakesAReferenceAndEachReleaseGivesOneBack() {
        sad.add(out);
        sad.add(in);
        int slot = table.outbound(0).slot();
        table.outbound(0);
        findInbound();
        assertThat(out.references()).isEqualTo(2);
        assertThat(in.references()).isOne();

        table.release(slot, sad.state(slot).generation());
        assertThat(out.references()).isOne();
        table.release(slot, sad.state(slot).generation());
        assertThat(out.references()).isZero();
        assertThat(in.references()).isOne();
    }

    @Test
    void aLookupThatFindsNothingTakesNothing() {
        assertThat(table.outbound(7)).isNull();
        assertThat(findInbound()).isNull();
    }

    @Test
    void theReferenceOfAnSaThatIsGoneIsNotTakenFromItsSuccessor() {
        int slot = sad.add(out);
        int generation = sad.state(slot).generation();
        table.outbound(0);
        sad.remove(slot);
        sad.reclaim(slot);
        assertThat(sad.add(in)).isEqualTo(slot);
        table.release(slot, generation);
        assertThat(in.references()).isZero();
    }

    @Test
    void packetsAreCountedOnTheSa() {
        table.count(out, 100);
        table.count(out, 50);
        assertThat(out.packets()).isEqualTo(2);
        assertThat(out.bytes()).isEqualTo(150);
    }
}
