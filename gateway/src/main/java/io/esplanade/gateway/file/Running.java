package io.esplanade.gateway.file;

import io.esplanade.engine.crypto.KeyFingerprint;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.Prefix;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;

import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a file says, in the form in which one reading of it can be compared with the next.
 *
 * @param sas by the file's names; the engine may know them by others
 */
record Running(
        Settings settings,
        Map<Prefix, Route> routes,
        Map<String, Sa> sas,
        List<SecurityPolicy> policies) {

    /**
     * An SA as the engine has it, or will.
     *
     * @param fingerprint stands for its key, which may be wiped by now
     */
    record Sa(SecurityAssociation sa, String fingerprint) {

        static Sa of(SecurityAssociation sa) {
            return new Sa(sa, HexFormat.of().formatHex(KeyFingerprint.of(sa.key())));
        }

        boolean hasKeyOf(Sa other) {
            return fingerprint.equals(other.fingerprint);
        }

        /** Whether all is the same but names, keys and selectors. */
        boolean isLike(Sa other) {
            return with(sa.name(), sa.key(), sa.selectors())
                    .equals(other.with(sa.name(), sa.key(), sa.selectors()));
        }

        Sa named(String name) {
            return new Sa(with(name, sa.key(), sa.selectors()), fingerprint);
        }

        Sa selecting(List<TrafficSelector> selectors) {
            return new Sa(with(sa.name(), sa.key(), selectors), fingerprint);
        }

        private SecurityAssociation with(
                String name, KeyMaterial key, List<TrafficSelector> selectors) {
            return new SecurityAssociation(
                    name,
                    sa.tunnel(),
                    sa.direction(),
                    sa.spi(),
                    sa.source(),
                    sa.destination(),
                    sa.suite(),
                    key,
                    sa.esn(),
                    sa.replayWindow(),
                    sa.initialSequence(),
                    sa.origin(),
                    selectors,
                    sa.provider(),
                    sa.protocol(),
                    sa.mode(),
                    sa.encapsulation(),
                    sa.tfc(),
                    sa.headers(),
                    sa.mtuRules(),
                    sa.lifetime());
        }
    }

    /**
     * @param provider the crypto provider of all tunnels, or null for those that the file names
     */
    static Running of(GatewayFile file, String provider) {
        Content content = Content.of(file, provider);
        Map<String, Sa> sas = new LinkedHashMap<>();
        content.sas().forEach(sa -> sas.put(sa.name(), Sa.of(sa)));
        return new Running(
                new Settings(file),
                content.routes().stream().collect(Collectors.toMap(Route::destination, r -> r)),
                sas,
                content.policies());
    }
}
