package io.esplanade.engine.runtime;

import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.ip.IpConfig;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.path.Tables;
import io.esplanade.engine.port.Port;

import java.util.List;

/**
 * What a runtime is made from.
 *
 * @param name the engine's name, for threads
 * @param burstSize the most packets worked on together
 * @param flowCacheSize flows that each flow cache remembers
 * @param ip what lanes do about ICMP, path MTU and fragments
 */
public record RuntimeSetup(
        String name,
        int burstSize,
        int flowCacheSize,
        List<Port> ports,
        CryptoProvider[] providers,
        Tables tables,
        IpConfig ip,
        MbufPool pool,
        Clock clock) {}
