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

    /** A new port, closed, on which nothing arrives and at least one packet a queue can be sent. */
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
        for (int i = 0; i < port.rxQueues(); i++) {
            int index = i;
            assertThat(port.rxQueue(index, mbufs)).isNotNull();
            assertThatIllegalStateException().isThrownBy(() -> port.rxQueue(index, mbufs));
        }
        for (int i = 0; i < port.txQueues(); i++) {
            int index = i;
            assertThat(port.txQueue(index, mbufs)).isNotNull();
            assertThatIllegalStateException().isThrownBy(() -> port.txQueue(index, mbufs));
        }
        assertThatThrownBy(() -> port.rxQueue(port.rxQueues(), mbufs))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> port.txQueue(port.txQueues(), mbufs))
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
        Burst burst = new Burst(4);
        for (int i = 0; i < port.rxQueues(); i++) {
            RxQueue queue = port.rxQueue(i, mbufs);

            assertThat(queue.receive(burst, 4)).isZero();
            assertThat(burst.count()).isZero();
            assertThat(queue.failure()).isNull();
            assertThat(queue.starved()).isZero();
            assertThat(mbufs.away()).isZero();
        }
    }

    @Test
    void whatItTakesToSendComesHome() throws Exception {
        port.attach(mbufs.pool());
        int pending = 0;
        for (int i = 0; i < port.txQueues(); i++) {
            TxQueue queue = port.txQueue(i, mbufs);
            Burst burst = new Burst(4);
            burst.add(mbufs.packet(new byte[60], 1));

            int sent = queue.send(burst, 1);
            queue.flush();
            queue.reclaim();

            assertThat(sent).isEqualTo(1);
            assertThat(burst.count()).as("the burst is the caller's").isEqualTo(1);
            assertThat(queue.failure()).isNull();
            pending += queue.pending();
            assertThat(mbufs.away()).isEqualTo(pending);
        }
    }
}
