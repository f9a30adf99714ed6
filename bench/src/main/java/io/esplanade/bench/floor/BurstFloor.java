package io.esplanade.bench.floor;

/** A floor: one call of the provider for each burst. */
public final class BurstFloor implements Contestant {

    private final Packets packets;

    public BurstFloor(Packets packets) {
        this.packets = packets;
    }

    @Override
    public int prepare() {
        return packets.prepare();
    }

    @Override
    public void run() {
        packets.run();
    }

    @Override
    public void close() {
        packets.check();
    }
}
