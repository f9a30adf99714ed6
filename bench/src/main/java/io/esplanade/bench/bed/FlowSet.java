package io.esplanade.bench.bed;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * UDP flows from 10.1/16 to 10.2/16: flow <i>f</i> belongs to SA <i>f</i> mod {@code sas}, whose
 * traffic goes to an address of its own.
 *
 * @param sas how many SAs carry them
 * @param sourcePorts each flow's source port: as many as there are flows
 */
public record FlowSet(int sas, int[] sourcePorts) {

    /** Bytes of IPv4 and UDP header. */
    static final int HEADERS = 28;

    static final int SOURCES = 0x0a010000;
    static final int DESTINATIONS = 0x0a020000;

    private static final int FIRST_PORT = 1024;
    private static final int MOST_SAS = 65_536;

    public FlowSet {
        if (sas < 1 || sas > MOST_SAS || sourcePorts.length < sas) {
            throw new IllegalArgumentException(
                    sas + " SAs: use 1 to " + MOST_SAS + ", with a flow for each");
        }
    }

    /** {@code count} flows, at least one for each SA, with one source port. */
    public static FlowSet of(int count, int sas) {
        int[] ports = new int[Math.max(count, sas)];
        Arrays.fill(ports, FIRST_PORT);
        return new FlowSet(sas, ports);
    }

    /** The same with source port {@code attempt} for all. */
    FlowSet attempt(int attempt) {
        int[] ports = new int[sourcePorts.length];
        Arrays.fill(ports, FIRST_PORT + attempt);
        return new FlowSet(sas, ports);
    }

    public int count() {
        return sourcePorts.length;
    }

    /** Writes the flow's headers for a packet of {@code length} bytes to the front of {@code p}. */
    void headers(int flow, int length, ByteBuffer p) {
        p.putShort(0, (short) 0x4500).putShort(2, (short) length).putInt(4, 0);
        p.put(8, (byte) 64).put(9, (byte) 17).putShort(10, (short) 0);
        p.putInt(12, SOURCES + flow / sas).putInt(16, DESTINATIONS + flow % sas);
        p.putShort(20, (short) sourcePorts[flow]).putShort(22, (short) 53);
        p.putShort(24, (short) (length - 20)).putShort(26, (short) 0);
        p.putShort(10, (short) checksum(p));
    }

    static int checksum(ByteBuffer header) {
        int sum = 0;
        for (int i = 0; i < 20; i += 2) {
            sum += header.getShort(i) & 0xffff;
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        return ~(sum + (sum >>> 16)) & 0xffff;
    }
}
