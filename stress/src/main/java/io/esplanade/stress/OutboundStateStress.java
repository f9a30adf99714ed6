package io.esplanade.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.ipsec.OutboundState;
import io.esplanade.engine.ipsec.SecurityAssociation;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJI_Result;

import java.net.InetAddress;

/** Sequence numbers under a static key, while the conductor reserves more of them. */
public final class OutboundStateStress {

    private static final SecurityAssociation SA =
            SecurityAssociation.builder("a")
                    .outbound()
                    .spi(0x1000)
                    .from(InetAddress.ofLiteral("192.0.2.1"))
                    .to(InetAddress.ofLiteral("198.51.100.2"))
                    .key(KeyMaterial.takeFrom(new byte[Suite.AES_GCM_16_128.keyMaterialLength()]))
                    .build();

    private OutboundStateStress() {}

    /** A number is used only after the nonce store has it. */
    @JCStressTest
    @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "nothing reserved yet")
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "just reserved, not used")
    @Outcome(id = "1, 2, 1", expect = ACCEPTABLE, desc = "reserved and used")
    @Outcome(expect = FORBIDDEN, desc = "used what was not reserved")
    @State
    public static class Extension {
        private final OutboundState sa = new OutboundState(SA, 0, 0, new long[] {1}, 1, 1);
        private int reserved; // stands for the nonce store's file

        @Actor
        public void lane(JJI_Result r) {
            r.r1 = sa.next();
            r.r2 = sa.next();
            r.r3 = reserved;
        }

        @Actor
        public void conductor() {
            reserved = 1;
            sa.extend(2, 1);
        }
    }
}
