package io.esplanade.engine.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.mbuf.Burst;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link Port} promises of every port. */
public abstract class PortContract {

    private final PortMbufs mbufs = new PortMbufs(8, 1);
    private Port port;

    /** A new port, closed, on which nothing arrives and at least one packet can be sent. */
    protected abstract Port newPort() throws Exception;

    @BeforeEach
    void makePort() throws Exception {
        port = newPort();
    }

    @AfterEach
    void everyMbufComesHome() throws Exception {
        port.close();
        mbufs.close();
    }

    @Test
    void itKnowsItselfBeforeItIsOpen() {
        assertThat(port.name()).isNotEmpty();
        assertThat(port.side()).isNotNull();
        assertThat(port.mtu()).isBetween(68, 65_535);
        assertThat(port.rxQueues()).isPositive();
        assertThat(port.txQueues()).isPositive();
        assertThat(port.mac() != 0).isEqualTo(port.linkType() == LinkType.ETHERNET);
    }

    @Test
    void aQueueIsGivenOutOnceAndOnlyWhileThePortIsOpen() throws Exception {
        assertThatIllegalStateException().isThrownBy(() -> port.rxQueue(0, mbufs));
        assertThatIllegalStateException().isThrownBy(() -> port.txQueue(0, mbufs));

        port.attach(mbufs.pool());
        assertThat(port.rxQueue(0, mbufs)).isNotNull();
        assertThat(port.txQueue(0, mbufs)).isNotNull();

        assertThatIllegalStateException().isThrownBy(() -> port.rxQueue(0, mbufs));
        assertThatIllegalStateException().isThrownBy(() -> port.txQueue(0, mbufs));
        assertThatThrownBy(() -> port.rxQueue(port.rxQueues(), mbufs))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> port.txQueue(-1, mbufs))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void itIsAttachedOnce() throws Exception {
        port.attach(mbufs.pool());

        assertThatIllegalStateException().isThrownBy(() -> port.attach(mbufs.pool()));
    }

    @Test
    void closingTwiceDoesNothingAndAClosedPortStaysClosed() throws Exception {
        port.attach(mbufs.pool());
        port.close();
        port.close();

        assertThatIllegalStateException().isThrownBy(() -> port.attach(mbufs.pool()));
        assertThatIllegalStateException().isThrownBy(() -> port.rxQueue(0, mbufs));
    }

    @Test
    void receivingNothingTakesNoMbuf() throws Exception {
        port.attach(mbufs.pool());
        RxQueue queue = port.rxQueue(0, mbufs);
        Burst burst = new Burst(4);

        assertThat(queue.receive(burst, 4)).isZero();
        assertThat(burst.count()).isZero();
        assertThat(queue.failure()).isNull();
        assertThat(queue.starved()).isZero();
        assertThat(mbufs.away()).isZero();
    }

    @Test
    void whatItTakesToSendComesHome() throws Exception {
        port.attach(mbufs.pool());
        TxQueue queue = port.txQueue(0, mbufs);
        Burst burst = new Burst(4);
        burst.add(mbufs.packet(new byte[60], 1));

        int sent = queue.send(burst, 1);
        queue.flush();
        queue.reclaim();

        assertThat(sent).isEqualTo(1);
        assertThat(burst.count()).as("the burst is the caller's").isEqualTo(1);
        assertThat(queue.failure()).isNull();
        assertThat(mbufs.away()).isEqualTo(queue.pending());
    }
}
