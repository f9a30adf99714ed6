package io.esplanade.testing;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What a test needs of its machine. Where that is missing the test is skipped, which is said aloud;
 * in continuous integration (CI=true) it is a failure.
 */
public final class Requirement {

    private Requirement() {}

    /**
     * Skips the test, or all tests that come after, unless there is what they need.
     *
     * @param what is then not tested
     * @param needs what it needs
     */
    public static void check(boolean met, String what, String needs) {
        if (!met) {
            missing(what, needs);
            assumeTrue(false, needs);
        }
    }

    /** Skips them unless this is root. */
    public static void root(String what) {
        check(
                System.getProperty("user.name").equals("root"),
                what,
                "root, to make network namespaces and devices");
    }

    /** Says that something is not tested, and fails in CI; but does not skip. */
    public static void missing(String what, String needs) {
        String all = what + " needs " + needs;
        if ("true".equals(System.getenv("CI"))) {
            fail(all);
        }
        System.err.println("WARNING: NOT TESTED: " + all);
    }
}
