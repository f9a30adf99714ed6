package io.esplanade.engine.ipsec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PolicyTableTest {

    private static final TrafficSelector ALL =
            TrafficSelector.between(
                    AddressRange.parse("0.0.0.0/0"), AddressRange.parse("0.0.0.0/0"));

    @Test
    void aNameIsThereOnce() {
        PolicyTable table = new PolicyTable(name -> 0);
        table.add(discard("p", 0));
        assertThatThrownBy(() -> table.add(discard("p", 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there is a policy p: choose another name");
        assertThat(table.spd().size()).isOne();
    }

    @Test
    void whatIsNotThereCannotBeRemoved() {
        assertThatThrownBy(() -> new PolicyTable(name -> 0).remove("p"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no policy p");
    }

    /** Four billion changes are a matter of weeks. */
    @Test
    void theOrderOfAddingIsKeptWhenItsNumbersAreUsedUp() {
        PolicyTable table = new PolicyTable(name -> 0, 0xffff_fffcL);
        for (int i = 0; i < 6; i++) {
            table.add(discard("p" + i, 7));
            assertThat(first(table)).isEqualTo("p0");
        }
        table.add(discard("before", 6));
        assertThat(first(table)).isEqualTo("before");
        table.remove("before");
        for (int i = 0; i < 6; i++) {
            assertThat(first(table)).isEqualTo("p" + i);
            table.remove("p" + i);
        }
        assertThat(table.spd().size()).isZero();
    }

    private static String first(PolicyTable table) {
        SelectorFields fields = new SelectorFields();
        fields.set(0, IpAddresses.IPV4_MAPPED, 0, IpAddresses.IPV4_MAPPED, 6, 1, 2, true);
        return new SpdSearch().find(table.spd(), Direction.OUTBOUND, fields).policy().name();
    }

    private static SecurityPolicy discard(String name, int priority) {
        return SecurityPolicy.discard(name, Direction.OUTBOUND, priority, ALL);
    }
}
