package io.esplanade.gateway.file;

import io.esplanade.engine.crypto.KeyMaterial;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Every key that a gateway file names, those of entries with mistakes included. Closing it wipes
 * them; keys that an engine has taken over are wiped by then and are not harmed.
 */
final class KeyRing implements AutoCloseable {

    /** A key, whose it is, and where the file says so. */
    private record Held(KeyMaterial key, String whose, Position position) {}

    private final List<Held> keys = new ArrayList<>();

    void add(KeyMaterial key, String whose, Position position) {
        keys.add(new Held(key, whose, position));
    }

    /**
     * Refuses keys that stand twice: with a counter-mode cipher two SAs of one key and salt use the
     * same nonces, whatever their SPIs and directions are (RFC 4106 §10).
     */
    void refuseRepeated(Problems problems) {
        for (int i = 0; i < keys.size(); i++) {
            for (int j = 0; j < i; j++) {
                Held first = keys.get(j);
                Held again = keys.get(i);
                if (first.key().segment().mismatch(again.key().segment()) == -1) {
                    problems.error(
                            again.position(),
                            "the key and salt of %s are those of %s on line %d: nonces would repeat"
                                    .formatted(
                                            again.whose(), first.whose(), first.position().line()),
                            "give every direction of every tunnel a key of its own");
                    break;
                }
            }
        }
    }

    @Override
    public void close() {
        closeBut(Set.of());
    }

    /** Wipes all but some, which are an engine's by now. */
    void closeBut(Set<KeyMaterial> taken) {
        keys.stream()
                .map(Held::key)
                .filter(key -> !taken.contains(key))
                .forEach(KeyMaterial::close);
    }
}
