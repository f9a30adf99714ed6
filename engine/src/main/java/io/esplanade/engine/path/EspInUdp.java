package io.esplanade.engine.path;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.net.Udp;
import io.esplanade.engine.os.Mem;

/** What arrives on a port of UDP encapsulation (RFC 3948 §2): ESP, IKE or a keepalive. */
final class EspInUdp {

    private static final int KEEPALIVE = 0xff;
    private static final int NON_ESP_MARKER = 0;

    private EspInUdp() {}

    /**
     * Makes the key of a whole datagram speak of the ESP packet in it, whose SPI is not 0.
     *
     * @return {@link DropReason#NONE}, or why there is none in it; the key is as it was then
     */
    static DropReason takeOut(FlowKey key) {
        long udp = key.packet + key.l4Offset;
        int room = key.length - key.l4Offset;
        if (room < Udp.HEADER_LENGTH
                || Udp.length(udp) < Udp.HEADER_LENGTH
                || Udp.length(udp) > room) {
            return DropReason.RUNT;
        }
        int payload = Udp.length(udp) - Udp.HEADER_LENGTH;
        if (payload == 1 && Mem.getUnsignedByte(udp + Udp.HEADER_LENGTH) == KEEPALIVE) {
            return DropReason.KEEPALIVE;
        }
        if (payload < Integer.BYTES) {
            return DropReason.ESP_RUNT;
        }
        if (Mem.getInt(udp + Udp.HEADER_LENGTH) == NON_ESP_MARKER) {
            return DropReason.IKE;
        }
        key.l4Offset += Udp.HEADER_LENGTH;
        key.length = key.l4Offset + payload;
        return DropReason.NONE;
    }
}
