package io.esplanade.engine.port.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.Engine;
import io.esplanade.engine.mbuf.MbufLedger;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.PortFactory;
import io.esplanade.engine.port.PortSpec;
import io.esplanade.engine.port.Side;

import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;

/** Engines' ports on devices. */
final class Devices {

    private Devices() {}

    /** A port of this type, closed. */
    static Port port(String type, String name, Side side, String device, String... options) {
        Map<String, String> all = new HashMap<>();
        all.put("device", device);
        for (int i = 0; i < options.length; i += 2) {
            all.put(options[i], options[i + 1]);
        }
        return ServiceLoader.load(PortFactory.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(factory -> factory.type().equals(type))
                .findFirst()
                .orElseThrow()
                .create(new PortSpec(name, type, side, 0, all));
    }

    /** Closes an engine, and proves that every mbuf is free afterwards. */
    static void closeWhole(Engine engine) {
        engine.close();
        Map<Owner, Long> mbufs = engine.snapshot().mbufs();
        assertThat(mbufs.get(Owner.FREE))
                .as(MbufLedger.report(mbufs))
                .isEqualTo(mbufs.values().stream().mapToLong(Long::longValue).sum());
    }
}
