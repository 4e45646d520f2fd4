package io.quorumlog;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.concurrent.TimeUnit;

/** Which package may import which: the arrows of daemon/ARCHITECTURE.md. */
@AnalyzeClasses(packages = "io.quorumlog", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    private static final String[] SANS_IO = {
        "io.quorumlog.codec..",
        "io.quorumlog.raft..",
        "io.quorumlog.log..",
        "io.quorumlog.session..",
        "io.quorumlog.replica.."
    };

    @ArchTest
    static final ArchRule packagesFormNoCycle =
            slices().matching("io.quorumlog.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule whatTheSimulationRunsIsFreeOfIoThreadsClockRandomnessAndLogging = noClasses()
            .that()
            .resideInAnyPackage(SANS_IO)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.io..", "java.net..", "java.nio.channels..", "java.nio.file..", "org.slf4j..")
            .orShould()
            .dependOnClassesThat(resideInAPackage("java.util.concurrent..").and(not(type(TimeUnit.class))))
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.util.Random")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.lang.Thread")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis");

    @ArchTest
    static final ArchRule codecKnowsNobody = noClasses()
            .that()
            .resideInAPackage("io.quorumlog.codec..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.quorumlog.raft..",
                    "io.quorumlog.log..",
                    "io.quorumlog.session..",
                    "io.quorumlog.replica..",
                    "io.quorumlog.store..",
                    "io.quorumlog.net..",
                    "io.quorumlog.node..",
                    "io.quorumlog.client..");

    @ArchTest
    static final ArchRule raftKnowsOnlyTheCodec = noClasses()
            .that()
            .resideInAPackage("io.quorumlog.raft..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.quorumlog.codec.resp..",
                    "io.quorumlog.log..",
                    "io.quorumlog.session..",
                    "io.quorumlog.replica..",
                    "io.quorumlog.store..",
                    "io.quorumlog.net..",
                    "io.quorumlog.node..");

    @ArchTest
    static final ArchRule logAndSessionAreBelowTheReplica = noClasses()
            .that()
            .resideInAnyPackage("io.quorumlog.log..", "io.quorumlog.session..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.quorumlog.replica..", "io.quorumlog.store..", "io.quorumlog.net..", "io.quorumlog.node..");

    @ArchTest
    static final ArchRule onlyTheStoreKnowsChronicleAndTheSystem = noClasses()
            .that()
            .resideOutsideOfPackage("io.quorumlog.store..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("net.openhft..", "com.kenai.jffi..");

    @ArchTest
    static final ArchRule onlyTheNetTheStoreAndTheClientKnowChannels = noClasses()
            .that()
            .resideOutsideOfPackages("io.quorumlog.net..", "io.quorumlog.store..", "io.quorumlog.client..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.nio.channels..");

    @ArchTest
    static final ArchRule storeAndNetDoNotKnowEachOther = noClasses()
            .that()
            .resideInAPackage("io.quorumlog.store..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.quorumlog.net..", "io.quorumlog.session..", "io.quorumlog.replica..", "io.quorumlog.node..")
            .orShould()
            .dependOnClassesThat()
            .resideInAPackage("java.net..");

    @ArchTest
    static final ArchRule netDoesNotKnowTheStoreOrTheNode = noClasses()
            .that()
            .resideInAPackage("io.quorumlog.net..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.quorumlog.store..", "io.quorumlog.node..");
}
