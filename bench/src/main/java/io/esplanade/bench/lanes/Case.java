package io.esplanade.bench.lanes;

import io.esplanade.bench.text.Json;
import io.esplanade.bench.text.JsonObject;
import io.esplanade.engine.crypto.CryptoBurst.Operation;

import java.util.Locale;
import java.util.Map;

/**
 * One lane to be measured.
 *
 * @param provider by its name
 * @param operation what its gateway does
 * @param size bytes of the inner packet
 * @param sas how many SAs, each with a key of its own; with one there are 256 flows on it, with
 *     more a flow on each
 * @param mbufs how many buffers are visited in turn
 */
public record Case(String provider, Operation operation, int size, int sas, int mbufs) {

    private static final int FLOWS = 256;

    int flows() {
        return sas == 1 ? FLOWS : sas;
    }

    /** The same, encrypting. */
    Case encrypting() {
        return new Case(provider, Operation.ENCRYPT, size, sas, mbufs);
    }

    String label() {
        return operation.name().toLowerCase(Locale.ROOT);
    }

    Map<String, Object> toMap() {
        return Json.object(
                "provider", provider,
                "operation", label(),
                "size", size,
                "sas", sas,
                "mbufs", mbufs);
    }

    static Case from(JsonObject map) {
        return new Case(
                map.string("provider"),
                Operation.valueOf(map.string("operation").toUpperCase(Locale.ROOT)),
                (int) map.number("size"),
                (int) map.number("sas"),
                (int) map.number("mbufs"));
    }
}
