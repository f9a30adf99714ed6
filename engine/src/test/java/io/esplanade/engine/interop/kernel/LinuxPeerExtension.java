package io.esplanade.engine.interop.kernel;

import io.esplanade.testing.Requirement;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Gives tests the one {@link LinuxPeer}, booted when it is first asked for. Where it cannot be, the
 * tests are skipped, which is said aloud; in continuous integration (CI=true) that is a failure.
 */
final class LinuxPeerExtension implements ExecutionCondition, ParameterResolver {

    private static final Path BUILT = Path.of("../target/linux-peer");
    private static final String MISSING = "what ./test makes in target/linux-peer";
    private static final Namespace NAMESPACE = Namespace.create(LinuxPeerExtension.class);

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (isBuilt()) {
            return ConditionEvaluationResult.enabled("a Linux kernel to test against");
        }
        Requirement.missing("agreement with the Linux kernel", MISSING);
        return ConditionEvaluationResult.disabled(MISSING);
    }

    private static boolean isBuilt() {
        return Files.exists(BUILT.resolve("made-of"));
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == LinuxPeer.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent("peer", key -> Booted.boot(), Booted.class)
                .peer();
    }

    /** The peer, or why there is none, which is not tried again. */
    private record Booted(LinuxPeer booted, IOException failure) implements AutoCloseable {

        static Booted boot() {
            try {
                return new Booted(LinuxPeer.boot(BUILT), null);
            } catch (IOException e) {
                return new Booted(null, e);
            }
        }

        LinuxPeer peer() {
            if (failure != null) {
                throw new UncheckedIOException(failure);
            }
            return booted;
        }

        @Override
        public void close() throws IOException {
            if (booted != null) {
                booted.close();
            }
        }
    }
}
