package io.esplanade.gateway.file;

import io.esplanade.engine.runtime.config.RuntimeConfig;

/** Says in a line what moves the packets. */
final class RuntimeText {

    private RuntimeText() {}

    static String of(RuntimeConfig config) {
        return "runtime "
                + config.mode()
                + switch (config) {
                    case RuntimeConfig.PerCore lanes ->
                            ": %s of %s on %s"
                                    .formatted(
                                            count(lanes.lanes(), "lane"),
                                            count(lanes.workers(), "worker"),
                                            count(lanes.threads(), "thread"));
                    case RuntimeConfig.GiantLock giant ->
                            ", in the manner of KAME: %s, one lock held for a %s"
                                    .formatted(
                                            count(giant.threads(), "thread"),
                                            Literals.keyword(giant.scope()));
                    case RuntimeConfig.FineGrained fine ->
                            ", in the manner of FAST_IPSEC: %s, numbered %s"
                                    .formatted(
                                            count(fine.threads(), "thread"),
                                            Literals.keyword(fine.numbering()).replace('-', ' '));
                    case RuntimeConfig.Stepped _ -> "";
                };
    }

    private static String count(int n, String what) {
        return n + " " + what + (n == 1 ? "" : "s");
    }
}
