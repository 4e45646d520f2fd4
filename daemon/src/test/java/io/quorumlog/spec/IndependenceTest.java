package io.quorumlog.spec;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** A judge that borrowed from the core would repeat its mistakes. */
@AnalyzeClasses(packages = "io.quorumlog.spec")
final class IndependenceTest {
    @ArchTest
    static final ArchRule specificationKnowsNothingOfOurs = classes()
            .that(nameEndingWith("Test").negate().as("are no tests"))
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage("java..", "io.quorumlog.spec.."));
}
