package io.esplanade.bench.lanes;

import io.esplanade.engine.crypto.CryptoBurst.Operation;

/** A floor: one call of the provider for each burst. */
final class BurstFloor implements Contestant {

    private final Packets packets;
    private final Operation operation;

    BurstFloor(Packets packets, Operation operation) {
        this.packets = packets;
        this.operation = operation;
    }

    @Override
    public int prepare() {
        if (operation == Operation.DECRYPT) {
            packets.run(Operation.ENCRYPT);
        }
        return packets.count();
    }

    @Override
    public void run() {
        packets.run(operation);
    }

    @Override
    public void close() {
        packets.check();
    }
}
