package io.esplanade.engine.ipsec;

import io.esplanade.engine.crypto.CipherMode;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;

/**
 * A security association, one direction (RFC 4301 §4.1): what is configured or negotiated. Made
 * with {@link #builder}.
 *
 * <p>The key belongs to the caller until the SA is given to an engine, and to the engine from then
 * on, which wipes it when the SA is retired or refused.
 *
 * @param name unique in its engine
 * @param tunnel what ties SAs and policies together; an outbound tunnel sends on its newest SA
 * @param direction whether it encapsulates or decapsulates
 * @param spi 256 to 2³² - 1, read unsigned (RFC 4303 §2.1)
 * @param source outer source address
 * @param destination outer destination address, of the same family
 * @param suite the algorithms
 * @param key key and salt of the suite's length
 * @param esn 64-bit sequence numbers (RFC 4303 §2.2.1)
 * @param replayWindow inbound: numbers the window holds, a multiple of 64 up to 65536; 0 turns
 *     anti-replay off, which ESN does not allow
 * @param initialSequence outbound: the first number sent (normally 1); inbound: the highest number
 *     taken as received already is one less
 * @param origin where the key comes from
 * @param selectors inbound: what may come out of it, as inner packets have it (RFC 4301 §5.2)
 * @param provider crypto provider for this SA, or null for the engine's
 * @param protocol ESP or AH
 * @param mode tunnel or transport
 * @param encapsulation how it goes in UDP, or null if it does not
 * @param tfc outbound, padding in tunnel mode: traffic flow confidentiality
 * @param headers outbound, in tunnel mode: how outer headers follow from inner ones
 * @param mtuRules what is done about packets that are too long, and about TCP's segments
 * @param lifetime how long it may be used
 */
public record SecurityAssociation(
        String name,
        String tunnel,
        Direction direction,
        int spi,
        InetAddress source,
        InetAddress destination,
        Suite suite,
        KeyMaterial key,
        boolean esn,
        int replayWindow,
        long initialSequence,
        KeyOrigin origin,
        List<TrafficSelector> selectors,
        String provider,
        IpsecProtocol protocol,
        SaMode mode,
        UdpEncapsulation encapsulation,
        Tfc tfc,
        HeaderRules headers,
        MtuRules mtuRules,
        Lifetime lifetime) {

    /** The largest replay window. */
    public static final int MAX_REPLAY_WINDOW = 65536;

    /** The replay window unless told otherwise. */
    public static final int DEFAULT_REPLAY_WINDOW = 1024;

    public SecurityAssociation {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(tunnel, "tunnel");
        Objects.requireNonNull(direction, "direction");
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(destination, "destination");
        Objects.requireNonNull(suite, "suite");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(origin, "origin");
        Objects.requireNonNull(protocol, "protocol");
        Objects.requireNonNull(mode, "mode");
        Objects.requireNonNull(tfc, "tfc");
        Objects.requireNonNull(headers, "headers");
        Objects.requireNonNull(mtuRules, "mtuRules");
        Objects.requireNonNull(lifetime, "lifetime");
        selectors = List.copyOf(selectors);
        if (Integer.compareUnsigned(spi, 256) < 0) {
            throw refused(name, "SPI 0 to 255 are reserved (RFC 4303 §2.1): choose 256 or above");
        }
        if (source instanceof Inet4Address != destination instanceof Inet4Address) {
            throw refused(name, "outer source and destination are of one family");
        }
        if (key.length() != suite.keyMaterialLength()) {
            throw refused(
                    name,
                    suite.keyword()
                            + " takes "
                            + suite.keyMaterialLength()
                            + " bytes of key and salt, not "
                            + key.length());
        }
        boolean windowOk =
                replayWindow >= 0 && replayWindow <= MAX_REPLAY_WINDOW && replayWindow % 64 == 0;
        if (direction == Direction.INBOUND && !windowOk) {
            throw refused(name, "a replay window is a multiple of 64 up to 65536, or 0 for none");
        }
        if (direction == Direction.INBOUND && esn && replayWindow == 0) {
            throw refused(name, "ESN needs a replay window (RFC 4303 §2.2.1): set 64 or more");
        }
        if (protocol == IpsecProtocol.AH) {
            checkAh(name, suite, encapsulation, tfc);
        }
        if (mode == SaMode.TRANSPORT && tfc.padTo() != 0) {
            throw refused(
                    name,
                    "TFC padding is for tunnel mode: in transport mode it would not come off");
        }
        if (initialSequence == 0 || (!esn && initialSequence >>> 32 != 0)) {
            throw refused(
                    name, "the first sequence number is 1 or more and fits its 32 or 64 bits");
        }
    }

    private static void checkAh(String name, Suite suite, UdpEncapsulation encapsulation, Tfc tfc) {
        if (suite.mode() != CipherMode.NULL) {
            throw refused(
                    name,
                    "AH encrypts nothing: choose an integrity algorithm alone, such as"
                            + " null-sha256");
        }
        if (encapsulation != null || !tfc.equals(Tfc.NONE)) {
            throw refused(
                    name,
                    "AH goes through no NAT and hides no traffic: no UDP, padding or dummies");
        }
    }

    private static IllegalArgumentException refused(String name, String why) {
        return new IllegalArgumentException("SA " + name + ": " + why);
    }

    /** Begins an SA; everything without a default must be set before {@link Builder#build}. */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /** The SPI as people write it, {@code 0xc0000001}. */
    public String spiText() {
        return "0x%08x".formatted(spi);
    }

    /** Builds a {@link SecurityAssociation}; not thread-safe. */
    public static final class Builder {
        private final String name;
        private String tunnel;
        private Direction direction;
        private int spi;
        private InetAddress source;
        private InetAddress destination;
        private Suite suite = Suite.AES_GCM_16_128;
        private KeyMaterial key;
        private boolean esn = true;
        private int replayWindow = DEFAULT_REPLAY_WINDOW;
        private long initialSequence = 1;
        private KeyOrigin origin = KeyOrigin.NEGOTIATED;
        private List<TrafficSelector> selectors = List.of();
        private String provider;
        private IpsecProtocol protocol = IpsecProtocol.ESP;
        private SaMode mode = SaMode.TUNNEL;
        private UdpEncapsulation encapsulation;
        private Tfc tfc = Tfc.NONE;
        private HeaderRules headers = HeaderRules.DEFAULT;
        private MtuRules mtuRules = MtuRules.DEFAULT;
        private Lifetime lifetime = Lifetime.UNLIMITED;

        private Builder(String name) {
            this.name = name;
            this.tunnel = name;
        }

        public Builder tunnel(String tunnel) {
            this.tunnel = tunnel;
            return this;
        }

        public Builder outbound() {
            this.direction = Direction.OUTBOUND;
            return this;
        }

        public Builder inbound() {
            this.direction = Direction.INBOUND;
            return this;
        }

        public Builder direction(Direction direction) {
            this.direction = direction;
            return this;
        }

        public Builder spi(int spi) {
            this.spi = spi;
            return this;
        }

        /** Outer addresses, as the ESP packet has them. */
        public Builder from(InetAddress source) {
            this.source = source;
            return this;
        }

        /** Outer addresses, as the ESP packet has them. */
        public Builder to(InetAddress destination) {
            this.destination = destination;
            return this;
        }

        public Builder suite(Suite suite) {
            this.suite = suite;
            return this;
        }

        public Builder key(KeyMaterial key) {
            this.key = key;
            return this;
        }

        public Builder esn(boolean esn) {
            this.esn = esn;
            return this;
        }

        public Builder replayWindow(int numbers) {
            this.replayWindow = numbers;
            return this;
        }

        public Builder initialSequence(long first) {
            this.initialSequence = first;
            return this;
        }

        public Builder origin(KeyOrigin origin) {
            this.origin = origin;
            return this;
        }

        /** What may come out of an inbound SA; none means nothing may. */
        public Builder selectors(List<TrafficSelector> selectors) {
            this.selectors = selectors;
            return this;
        }

        public Builder provider(String provider) {
            this.provider = provider;
            return this;
        }

        /** ESP, unless told otherwise. */
        public Builder protocol(IpsecProtocol newProtocol) {
            this.protocol = newProtocol;
            return this;
        }

        /** Tunnel, unless told otherwise. */
        public Builder mode(SaMode newMode) {
            this.mode = newMode;
            return this;
        }

        /** In UDP (RFC 3948); null, as it is unless told otherwise, for not. */
        public Builder encapsulation(UdpEncapsulation udp) {
            this.encapsulation = udp;
            return this;
        }

        /** Outbound: traffic flow confidentiality; none unless told otherwise. */
        public Builder tfc(Tfc newTfc) {
            this.tfc = newTfc;
            return this;
        }

        /** Outbound: how outer headers follow from inner ones; {@link HeaderRules#DEFAULT}. */
        public Builder headers(HeaderRules rules) {
            this.headers = rules;
            return this;
        }

        /** What is done about packets that are too long; {@link MtuRules#DEFAULT}. */
        public Builder mtuRules(MtuRules rules) {
            this.mtuRules = rules;
            return this;
        }

        /** How long it may be used; {@link Lifetime#UNLIMITED}. */
        public Builder lifetime(Lifetime newLifetime) {
            this.lifetime = newLifetime;
            return this;
        }

        public SecurityAssociation build() {
            return new SecurityAssociation(
                    name,
                    tunnel,
                    direction,
                    spi,
                    source,
                    destination,
                    suite,
                    key,
                    esn,
                    replayWindow,
                    initialSequence,
                    origin,
                    selectors,
                    provider,
                    protocol,
                    mode,
                    encapsulation,
                    tfc,
                    headers,
                    mtuRules,
                    lifetime);
        }
    }
}
