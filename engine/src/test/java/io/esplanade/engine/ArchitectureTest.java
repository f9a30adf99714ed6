package io.esplanade.engine;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

import io.esplanade.engine.mbuf.DropSink;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.port.RunWriter;
import io.esplanade.engine.port.TxQueue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the engine's packages may use, read from their class files. */
class ArchitectureTest {

    private static final String ENGINE = "io.esplanade.engine";

    /**
     * The packages below the root, lowest first: each imports only itself and what stands before.
     */
    private static final List<String> ORDER =
            List.of(
                    "os",
                    "counters",
                    "mbuf",
                    "net",
                    "crypto",
                    "ipsec",
                    "esp",
                    "ah",
                    "fib",
                    "ip",
                    "port",
                    "path",
                    "control",
                    "runtime");

    /** Packages that have classes by now; a scan that misses one of them proves nothing. */
    private static final List<String> PRESENT =
            List.of(
                    "os",
                    "counters",
                    "mbuf",
                    "net",
                    "crypto",
                    "crypto.openssl",
                    "crypto.ipsecmb",
                    "crypto.jce",
                    "ipsec",
                    "esp",
                    "ah",
                    "fib",
                    "ip",
                    "port",
                    "port.memory",
                    "port.packet",
                    "port.xdp",
                    "port.pcap",
                    "port.tun",
                    "port.udp",
                    "port.raw",
                    "path",
                    "control",
                    "runtime",
                    "runtime.finegrained",
                    "runtime.giant",
                    "runtime.percore");

    private static final String GIANT = ENGINE + ".runtime.giant..";
    private static final String FINEGRAINED = ENGINE + ".runtime.finegrained..";
    private static final String PERCORE = ENGINE + ".runtime.percore..";

    private static Path root;
    private static JavaClasses engine;

    @BeforeAll
    static void scan() {
        root = Path.of(URI.create(location(Clock.class)));
        engine = new ClassFileImporter().importPath(root);
    }

    private static String location(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation().toString();
    }

    @Test
    void theScanFindsTheWholeEngine() {
        Set<String> packages =
                engine.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());

        assertThat(packages).contains(ENGINE);
        assertThat(packages).containsAll(PRESENT.stream().map(p -> ENGINE + "." + p).toList());
        assertThat(engine.size()).isGreaterThan(100);
    }

    @Test
    void everyPackageHasAPlaceInTheOrder() {
        classes()
                .that(not(resideInAPackage(ENGINE)))
                .should()
                .resideInAnyPackage(
                        ORDER.stream().map(p -> ENGINE + "." + p + "..").toArray(String[]::new))
                .check(engine);
    }

    @Test
    void aPackageImportsOnlyWhatStandsBelowIt() {
        classes().should(importOnlyWhatStandsBelow()).check(engine);
    }

    @Test
    void noPackagesDependOnEachOtherInACircle() {
        slices().matching(ENGINE + ".(**)").should().beFreeOfCycles().check(engine);
    }

    @Test
    void cryptoAndPortKnowNothingOfTheirProviders() {
        noClasses()
                .that()
                .resideInAPackage(ENGINE + ".crypto")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ENGINE + ".crypto.*..")
                .check(engine);
        noClasses()
                .that()
                .resideInAPackage(ENGINE + ".port")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ENGINE + ".port.*..")
                .check(engine);
    }

    @Test
    void providersKnowNothingOfEachOther() {
        for (String family : List.of("crypto", "port")) {
            slices().matching(ENGINE + "." + family + ".(*)..")
                    .should()
                    .notDependOnEachOther()
                    .check(engine);
        }
    }

    @Test
    void onlyThePerCoreRuntimeKnowsTheDisruptor() {
        noClasses()
                .that()
                .resideOutsideOfPackage(PERCORE)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.lmax..")
                .check(engine);
    }

    /**
     * Monitors guard what opens, closes and configures: never a packet. Whoever adds to this list
     * says with it that no packet passes there.
     */
    private static final Set<String> OFF_THE_PACKET_PATH =
            Set.of(
                    "io.esplanade.engine.Engine",
                    "io.esplanade.engine.control.FileNonceStore",
                    "io.esplanade.engine.control.SaControl",
                    "io.esplanade.engine.crypto.KeyVault$Slot",
                    "io.esplanade.engine.crypto.ipsecmb.IpsecMb",
                    "io.esplanade.engine.crypto.ipsecmb.IpsecMbProvider",
                    "io.esplanade.engine.crypto.openssl.OpenSslProvider",
                    "io.esplanade.engine.os.AccessChecks",
                    "io.esplanade.engine.os.LockedSlots",
                    "io.esplanade.engine.os.NativeLibrary",
                    "io.esplanade.engine.os.Region",
                    "io.esplanade.engine.port.DevicePort",
                    "io.esplanade.engine.port.tun.TunPort",
                    "io.esplanade.engine.port.xdp.XdpPort",
                    "io.esplanade.engine.port.xdp.XdpSocket");

    @Test
    void packetsMeetLocksInTheGiantAndTheFineGrainedRuntimeOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackages(GIANT, FINEGRAINED)
                .should()
                .dependOnClassesThat(
                        resideInAPackage("java.util.concurrent.locks")
                                .and(not(assignableTo(LockSupport.class)))
                                .as("are locks"))
                .check(engine);
        classes()
                .that()
                .resideOutsideOfPackages(GIANT, FINEGRAINED)
                .and(describe("packets pass", c -> !OFF_THE_PACKET_PATH.contains(c.getName())))
                .should(enterNoMonitor())
                .check(engine);
    }

    @Test
    void foreignCodeIsCalledOnlyByOsCryptoAndPort() {
        DescribedPredicate<JavaClass> foreign =
                resideInAPackage("io.esplanade.ffi..")
                        .or(assignableTo(Linker.class))
                        .or(assignableTo(SymbolLookup.class))
                        .as("call foreign code");
        noClasses()
                .that(not(mayCallForeignCode()))
                .should()
                .dependOnClassesThat(foreign)
                .orShould()
                .callMethodWhere(
                        describe(
                                "a segment is reinterpreted",
                                call ->
                                        call.getTarget().getName().equals("reinterpret")
                                                && call.getTargetOwner()
                                                        .isEquivalentTo(MemorySegment.class)))
                .check(engine);
    }

    @Test
    void nothingOfTheJdkIsUsedThatIsNotItsApi() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("sun..", "com.sun..", "jdk.internal..")
                .check(engine);
    }

    @Test
    void onlyTheDropSinkAndTransmitCompletionFreeMbufs() {
        noClasses()
                .that(not(mayFreeMbufs()))
                .should()
                .accessTargetWhere(
                        describe(
                                "an mbuf is freed",
                                (JavaAccess<?> access) ->
                                        access.getTarget().getName().equals("free")
                                                && access.getTargetOwner()
                                                        .isAssignableTo(MbufSource.class)))
                .check(engine);
    }

    @Test
    void thereIsNoClockButOsClock() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ENGINE + ".os")
                .should()
                .accessTargetWhere(describe("the time is read", ArchitectureTest::readsTheTime))
                .check(engine);
    }

    @Test
    void theEngineWritesToNoConsoleAndKnowsNoLoggingFramework() {
        noClasses()
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("java.util.logging..", "org.slf4j..", "org.apache.."))
                .orShould()
                .accessTargetWhere(
                        describe(
                                "standard output or error is used",
                                (JavaAccess<?> access) ->
                                        access.getTargetOwner().isEquivalentTo(System.class)
                                                && Set.of("out", "err")
                                                        .contains(access.getTarget().getName())))
                .check(engine);
    }

    private static DescribedPredicate<JavaClass> mayCallForeignCode() {
        return resideInAnyPackage(ENGINE + ".os..", ENGINE + ".crypto..", ENGINE + ".port..");
    }

    private static DescribedPredicate<JavaClass> mayFreeMbufs() {
        return describe(
                "are the drop sink, a transmit queue, its writer or a source of mbufs themselves",
                type ->
                        Stream.iterate(
                                        type,
                                        t -> t != null,
                                        t -> t.getEnclosingClass().orElse(null))
                                .anyMatch(
                                        t ->
                                                t.isAssignableTo(DropSink.class)
                                                        || t.isAssignableTo(TxQueue.class)
                                                        || t.isAssignableTo(RunWriter.class)
                                                        || t.isAssignableTo(MbufSource.class)));
    }

    private static boolean readsTheTime(JavaAccess<?> access) {
        String owner = access.getTargetOwner().getName();
        String name = access.getTarget().getName();
        return switch (owner) {
            case "java.lang.System" -> name.equals("nanoTime") || name.equals("currentTimeMillis");
            case "java.util.Date", "java.util.GregorianCalendar" -> name.equals("<init>");
            case "java.time.Clock" -> name.startsWith("system") || name.startsWith("tick");
            default -> owner.startsWith("java.time.") && name.equals("now");
        };
    }

    private static ArchCondition<JavaClass> importOnlyWhatStandsBelow() {
        return new ArchCondition<>("import only what stands below them") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                    JavaClass target = dependency.getTargetClass().getBaseComponentType();
                    if (target.getPackageName().startsWith(ENGINE)
                            && height(target) > height(type)) {
                        events.add(
                                SimpleConditionEvent.violated(type, dependency.getDescription()));
                    }
                }
            }
        };
    }

    /** How high a class stands: the place of its package in the order; the root is on top. */
    private static int height(JavaClass type) {
        String name = type.getPackageName();
        if (name.equals(ENGINE)) {
            return ORDER.size();
        }
        return ORDER.indexOf(name.substring(ENGINE.length() + 1).replaceFirst("\\..*", ""));
    }

    /** ArchUnit sees no instructions, hence the class file itself. */
    private static ArchCondition<JavaClass> enterNoMonitor() {
        return new ArchCondition<>("enter no monitor") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean synchronizes =
                        type.getMethods().stream()
                                .anyMatch(
                                        m -> m.getModifiers().contains(JavaModifier.SYNCHRONIZED));
                if (synchronizes || classFile(type).methods().stream().anyMatch(m -> locks(m))) {
                    events.add(
                            SimpleConditionEvent.violated(
                                    type, type.getName() + " has a synchronized method or block"));
                }
            }
        };
    }

    private static ClassModel classFile(JavaClass type) {
        try {
            String file = type.getName().replace('.', '/') + ".class";
            return ClassFile.of().parse(Files.readAllBytes(root.resolve(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean locks(MethodModel method) {
        return method.code().stream()
                .flatMap(code -> code.elementStream())
                .anyMatch(e -> e instanceof Instruction i && i.opcode() == Opcode.MONITORENTER);
    }
}
