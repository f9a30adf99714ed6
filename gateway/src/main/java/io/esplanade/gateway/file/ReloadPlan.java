package io.esplanade.gateway.file;

import io.esplanade.engine.Changes;
import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineException;
import io.esplanade.engine.Snapshot;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.gateway.file.Running.Sa;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** What is to change between two readings of a gateway file. One thread; used once. */
final class ReloadPlan {

    /** How long the engine may take for a batch, seconds. */
    private static final int PATIENCE = 30;

    private final Running before;
    private final Running next;
    private final Problems problems = new Problems();
    private final List<String> lines = new ArrayList<>();

    // By the file's names.
    private final Map<String, Sa> fresh = new LinkedHashMap<>();
    private final Map<String, Sa> obsolete = new LinkedHashMap<>();
    private final Map<String, List<TrafficSelector>> selected = new LinkedHashMap<>();

    ReloadPlan(Running before, Running next) {
        this.before = before;
        this.next = next;
        before.settings()
                .differences(next.settings())
                .forEach(name -> refuse(name + " is changed", "restart, or take the change back"));
        before.sas()
                .forEach(
                        (name, sa) -> {
                            if (!next.sas().containsKey(name)) {
                                obsolete.put(name, sa);
                                lines.add("SA " + name + " removed");
                            }
                        });
        next.sas().forEach(this::compare);
    }

    private void compare(String name, Sa now) {
        Sa old = before.sas().get(name);
        if (old == null) {
            add(name, now);
        } else if (!old.hasKeyOf(now)) {
            replace(name, old, now);
        } else if (!old.isLike(now)) {
            refuse(
                    "SA " + name + " is changed, but not its key",
                    "give it a new key and SPI, here and at the peer, or restart");
        } else if (!old.sa().selectors().equals(now.sa().selectors())) {
            selected.put(name, now.sa().selectors());
        }
    }

    private void add(String name, Sa now) {
        refuseKnownKey(name, now);
        fresh.put(name, now);
        lines.add("SA " + name + " added, SPI " + now.sa().spiText());
    }

    private void replace(String name, Sa old, Sa now) {
        refuseKnownKey(name, now);
        if (now.sa().direction() == Direction.INBOUND && old.sa().spi() == now.sa().spi()) {
            refuse(
                    "SA " + name + " has another key, but the SPI it had",
                    "give it a new SPI too, here and at the peer");
        }
        // Both are there for a moment, and the engine knows them by their names.
        String engines = old.sa().name().equals(name) ? name + ".again" : name;
        fresh.put(name, now.named(engines));
        obsolete.put(name, old);
        lines.add("SA " + name + " replaced, SPI " + now.sa().spiText());
    }

    private void refuseKnownKey(String name, Sa now) {
        before.sas()
                .forEach(
                        (other, sa) -> {
                            if (sa.hasKeyOf(now)) {
                                refuse(
                                        "SA %s has the key of SA %s".formatted(name, other),
                                        "give every SA a key of its own");
                            }
                        });
    }

    private void refuse(String what, String remedy) {
        problems.error(Position.FILE, what + ": not while it runs", remedy);
    }

    /** Refuses what only a new engine can have. */
    void check(Path file) throws RefusedException {
        if (problems.errors() > 0) {
            throw new RefusedException(file.toString(), problems.all());
        }
    }

    /** What changes, for people. */
    List<String> lines() {
        return List.copyOf(lines);
    }

    /**
     * Makes the changes.
     *
     * @param taken gets the keys that the engine was given, whatever becomes of them
     * @return what the engine has then
     * @throws EngineException if the engine refused: all is as it was
     */
    Running apply(Engine engine, Set<KeyMaterial> taken) throws InterruptedException {
        List<String> added = new ArrayList<>();
        try {
            addSas(engine, taken, added);
            change(engine);
        } catch (EngineException e) {
            Changes back = engine.changes();
            added.forEach(back::removeSa);
            submit(back);
            throw e;
        }
        Changes removal = engine.changes();
        obsolete.values().forEach(sa -> removal.removeSa(sa.sa().name()));
        submit(removal); // one whose lifetime has ended is gone already, and that is no failure
        Map<String, Sa> sas = new LinkedHashMap<>(before.sas());
        obsolete.keySet().forEach(sas::remove);
        sas.putAll(fresh);
        selected.forEach((name, to) -> sas.compute(name, (_, sa) -> sa.selecting(to)));
        return new Running(next.settings(), next.routes(), sas, next.policies());
    }

    /**
     * Adds the new SAs, those that receive first.
     *
     * @param added gets the names of those that the engine took
     */
    private void addSas(Engine engine, Set<KeyMaterial> taken, List<String> added)
            throws InterruptedException {
        for (Direction direction : List.of(Direction.INBOUND, Direction.OUTBOUND)) {
            Changes changes = engine.changes();
            Map<String, CompletableFuture<Void>> answers = new HashMap<>();
            for (Sa sa : fresh.values()) {
                if (sa.sa().direction() == direction) {
                    taken.add(sa.sa().key());
                    answers.put(sa.sa().name(), changes.add(sa.sa()));
                }
            }
            EngineException refused = submit(changes);
            answers.forEach(
                    (name, answer) -> {
                        if (!answer.isCompletedExceptionally()) {
                            added.add(name);
                        }
                    });
            if (refused != null) {
                throw refused;
            }
        }
    }

    /** Routes, policies and selectors, at one moment. */
    private void change(Engine engine) throws InterruptedException {
        Changes changes = engine.changes();
        select(engine, changes);
        before.routes()
                .forEach(
                        (destination, route) -> {
                            if (!next.routes().containsKey(destination)) {
                                changes.removeRoute(destination);
                                lines.add("route " + route + " removed");
                            }
                        });
        next.routes()
                .forEach(
                        (destination, route) -> {
                            if (!route.equals(before.routes().get(destination))) {
                                changes.add(route);
                                lines.add("route " + route + " added");
                            }
                        });
        changePolicies(changes);
        EngineException refused = submit(changes);
        if (refused != null) {
            throw refused;
        }
    }

    /** One whose lifetime has ended has nothing that comes out; its successor begins with that. */
    private void select(Engine engine, Changes changes) {
        Set<String> alive =
                engine.snapshot().sas().stream()
                        .map(Snapshot.SaState::name)
                        .collect(Collectors.toSet());
        selected.forEach(
                (name, to) -> {
                    String engines = before.sas().get(name).sa().name();
                    if (alive.contains(engines)) {
                        changes.select(engines, to);
                        lines.add("SA " + name + ": other traffic may come out of it");
                    } else {
                        lines.add(
                                "SA "
                                        + name
                                        + " has come to its hard limit: other traffic may come out"
                                        + " of the next one, when it has a new key and SPI");
                    }
                });
    }

    /** Replaces all behind the first that differs: those of one priority are in their order. */
    private void changePolicies(Changes changes) {
        List<SecurityPolicy> old = before.policies();
        List<SecurityPolicy> now = next.policies();
        int same = 0;
        while (same < Math.min(old.size(), now.size()) && old.get(same).equals(now.get(same))) {
            same++;
        }
        old.subList(same, old.size()).forEach(policy -> changes.removePolicy(policy.name()));
        now.subList(same, now.size()).forEach(changes::add);
        Map<String, SecurityPolicy> was = byName(old);
        Map<String, SecurityPolicy> is = byName(now);
        was.forEach(
                (name, policy) -> {
                    if (!is.containsKey(name)) {
                        lines.add("policy " + name + " removed");
                    }
                });
        is.forEach(
                (name, policy) -> {
                    if (!policy.equals(was.get(name))) {
                        lines.add(
                                "policy " + name + (was.containsKey(name) ? " changed" : " added"));
                    }
                });
    }

    private static Map<String, SecurityPolicy> byName(List<SecurityPolicy> policies) {
        Map<String, SecurityPolicy> byName = new LinkedHashMap<>();
        policies.forEach(policy -> byName.put(policy.name(), policy));
        return byName;
    }

    /** Has the engine make changes, and waits; what it refused, or null. */
    private static EngineException submit(Changes changes) throws InterruptedException {
        try {
            changes.submit().get(PATIENCE, TimeUnit.SECONDS);
            return null;
        } catch (ExecutionException e) {
            return e.getCause() instanceof EngineException refused
                    ? refused
                    : new EngineException(e.getCause().getMessage(), e.getCause());
        } catch (TimeoutException e) {
            return new EngineException("the engine does not answer", e);
        }
    }
}
