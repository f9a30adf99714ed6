package io.esplanade.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.PolicyTable;
import io.esplanade.engine.ipsec.Prefix;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.Spd;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.path.Tables;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JI_Result;

/** The conductor changes tables while a lane reads them: who sees the version sees the change. */
public final class TablesStress {

    private TablesStress() {}

    /** A lane reads the version first, so that no verdict of old policies gets the new date. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "before")
    @Outcome(
            id = "1, 1",
            expect = ACCEPTABLE,
            desc = "new policies, dated too old: looked up again")
    @Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "after")
    @Outcome(expect = FORBIDDEN, desc = "old policies under the new version")
    @State
    public static class Policies {
        private static final TrafficSelector ANY =
                TrafficSelector.between(
                        AddressRange.parse("0.0.0.0/0"), AddressRange.parse("0.0.0.0/0"));
        private static final SecurityPolicy ALL =
                SecurityPolicy.discard("all", Direction.OUTBOUND, 1, ANY);

        private final Tables tables = new Tables();
        private final PolicyTable policies = new PolicyTable(name -> Spd.NONE);

        @Actor
        public void conductor() {
            policies.add(ALL);
            tables.publish(policies.spd());
        }

        @Actor
        public void lane(JI_Result r) {
            r.r1 = tables.version();
            r.r2 = tables.spd().size();
        }
    }

    /** The same of a route, which is changed in place. */
    @JCStressTest
    @Outcome(id = "1, -1", expect = ACCEPTABLE, desc = "before")
    @Outcome(id = "1, 7", expect = ACCEPTABLE, desc = "the route, dated too old: looked up again")
    @Outcome(id = "2, 7", expect = ACCEPTABLE, desc = "after")
    @Outcome(expect = FORBIDDEN, desc = "no route under the new version")
    @State
    public static class Routes {
        private static final Prefix NET = Prefix.parse("10.0.0.0/8");
        private static final long ADDRESS = 0xffff_0a01_0203L;

        private final Tables tables = new Tables();

        @Actor
        public void conductor() {
            tables.fib().put(NET, 7);
            tables.changed();
        }

        @Actor
        public void lane(JI_Result r) {
            r.r1 = tables.version();
            r.r2 = tables.route(0, ADDRESS);
        }
    }
}
