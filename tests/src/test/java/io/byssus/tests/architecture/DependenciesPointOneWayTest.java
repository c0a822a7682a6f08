package io.byssus.tests.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The house of docs/architecture.md. Every rule is also held against a class that breaks it,
 * because a rule that cannot fail holds nothing.
 */
class DependenciesPointOneWayTest {
  private static final JavaClasses BYSSUS =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("io.byssus");

  /** Inside core, from the bottom. A layer sees the ones before it. */
  private static final List<String> LAYERS =
      List.of(
          "lane",
          "connection",
          "session",
          "channel",
          "delivery|presence",
          "engine",
          "operations",
          "node");

  /** Above this layer nothing is for engines. */
  private static final String ENGINE = "engine";

  @Test
  void allModulesAreLookedAt() {
    for (var module :
        List.of(
            "protocol",
            "core",
            "redis",
            "transport",
            "devices",
            "tools",
            "api",
            "server",
            "client")) {
      assertThat(BYSSUS.stream().filter(in("io.byssus." + module + "..")))
          .as(module)
          .hasSizeGreaterThan(5);
    }
  }

  @Test
  void protocolKnowsNothingButJson() {
    var rule =
        classes()
            .that()
            .resideInAPackage("io.byssus.protocol..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                "io.byssus.protocol..", "java..", "tools.jackson.core..", "org.jspecify..");
    rule.check(BYSSUS);
  }

  @Test
  void coreHasNoLibraryForInputAndOutput() {
    coreIsPure().check(BYSSUS);
    breaks(coreIsPure(), "io.byssus.core.Planted", Planted.UsesSockets.class);
  }

  private static ArchRule coreIsPure() {
    return classes()
        .that(in("io.byssus.core..").or(planted()))
        .should()
        .onlyDependOnClassesThat(
            in("io.byssus.core..")
                .or(in("io.byssus.protocol.."))
                .or(in("org.jspecify.."))
                .or(in("java.lang.."))
                .or(in("java.util.."))
                .or(in("java.time"))
                .or(in("java.nio.charset"))
                .or(in("java.security")));
  }

  @Test
  void coreHasNoClockAndNoRandomnessOfItsOwn() {
    noClock().check(BYSSUS);
    breaks(noClock(), "io.byssus.core.Planted", Planted.LooksAtTheClock.class);
  }

  private static ArchRule noClock() {
    return noClasses()
        .that(in("io.byssus.core..").or(planted()))
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .orShould()
        .callConstructor(java.util.Random.class)
        .orShould()
        .dependOnClassesThat()
        .haveNameMatching("java.util.concurrent.ThreadLocalRandom|java.security.SecureRandom")
        .orShould()
        .callMethod(Thread.class, "sleep", long.class);
  }

  @Test
  void onlyTheTransportKnowsNettyAndOnlyRedisKnowsLettuce() {
    nettyAtHome().check(BYSSUS);
    breaks(nettyAtHome(), "io.byssus.devices.Planted", Planted.UsesNetty.class);
    noClasses()
        .that()
        .resideOutsideOfPackage("io.byssus.redis..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.lettuce..")
        .check(BYSSUS);
  }

  /** The program may: it measures Netty's memory, and hands its log on. */
  @Test
  void onlyTheApiKnowsJetty() {
    jettyAtHome().check(BYSSUS);
    breaks(jettyAtHome(), "io.byssus.core.Planted", Planted.UsesJetty.class);
  }

  private static ArchRule jettyAtHome() {
    return noClasses()
        .that(in("io.byssus..").and(DescribedPredicate.not(in("io.byssus.api.."))))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.eclipse.jetty..");
  }

  private static ArchRule nettyAtHome() {
    return noClasses()
        .that(
            in("io.byssus..")
                .and(not(in("io.byssus.transport..")))
                .and(not(in("io.byssus.server.."))))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.netty..");
  }

  /** Applications carry it: what it brings along is the protocol and nothing else. */
  @Test
  void theClientKnowsTheProtocolAndTheJdk() {
    clientIsSlim().check(BYSSUS);
    breaks(clientIsSlim(), "io.byssus.client.Planted", Planted.UsesNetty.class);
    breaks(clientIsSlim(), "io.byssus.client.Planted", Planted.LooksUp.class);
  }

  private static ArchRule clientIsSlim() {
    return classes()
        .that(in("io.byssus.client..").or(planted()))
        .should()
        .onlyDependOnClassesThat(
            in("io.byssus.client..")
                .or(in("io.byssus.protocol.."))
                .or(in("tools.jackson.core.."))
                .or(in("org.jspecify.."))
                .or(in("java..")));
  }

  /** A module, and those of ours that it may know. */
  private static final Map<String, List<String>> MODULES =
      Map.of(
          "core", List.of("protocol"),
          "redis", List.of("core", "protocol"),
          "transport", List.of("core", "protocol"),
          "devices", List.of("transport", "core", "protocol"),
          "tools", List.of("protocol"),
          "api", List.of("core", "protocol"));

  @Test
  void aModuleKnowsOnlyTheModulesBelow() {
    MODULES.forEach((module, below) -> knows(module, below).check(BYSSUS));
    breaks(knows("transport", List.of("protocol")), "transport", Planted.LooksUp.class);
  }

  /** Each area reads its own keys; what reads files, variables and flags knows none of them. */
  @Test
  void theConfigurationKnowsNoArea() {
    configurationIsNeutral().check(BYSSUS);
    breaks(configurationIsNeutral(), "io.byssus.server.config.Planted", Planted.LooksUp.class);
  }

  private static ArchRule configurationIsNeutral() {
    var neutral = in("io.byssus.server.config..").or(in("io.byssus.server.log..")).or(planted());
    return classes()
        .that(in("io.byssus.server.config..").or(planted()))
        .should()
        .onlyDependOnClassesThat(neutral.or(not(in("io.byssus.."))));
  }

  private static ArchRule knows(String module, List<String> below) {
    var allowed = in("io.byssus." + module + "..").or(planted());
    for (var other : below) {
      allowed = allowed.or(in("io.byssus." + other + ".."));
    }
    return classes()
        .that(in("io.byssus." + module + "..").or(planted()))
        .should()
        .onlyDependOnClassesThat(allowed.or(not(in("io.byssus.."))));
  }

  @Test
  void insideCoreALayerSeesOnlyTheLayersBelow() {
    for (int i = 0; i < LAYERS.size(); i++) {
      var above = new ArrayList<String>();
      for (int j = i + 1; j < LAYERS.size(); j++) {
        above.addAll(packages(LAYERS.get(j)));
      }
      if (above.isEmpty()) {
        continue;
      }
      noClasses()
          .that()
          .resideInAnyPackage(packages(LAYERS.get(i)).toArray(String[]::new))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(above.toArray(String[]::new))
          .allowEmptyShould(true)
          .check(BYSSUS);
    }
    noClasses()
        .that()
        .resideInAPackage("io.byssus.core.delivery")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.byssus.core.presence")
        .check(BYSSUS);
  }

  @Test
  void enginesSeeNothingAboveTheirPorts() {
    enginesSeePortsOnly().check(BYSSUS);
    breaks(enginesSeePortsOnly(), "io.byssus.core.memory", Planted.LooksUp.class);
    noClasses()
        .that(in("io.byssus.core..").and(not(in("io.byssus.core.memory.."))))
        .should()
        .dependOnClassesThat(in("io.byssus.core.memory.."))
        .check(BYSSUS);
  }

  private static ArchRule enginesSeePortsOnly() {
    var above = LAYERS.subList(LAYERS.indexOf(ENGINE) + 1, LAYERS.size());
    return noClasses()
        .that(in("io.byssus.core.memory..").or(in("io.byssus.redis..")).or(planted()))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            above.stream().flatMap(l -> packages(l).stream()).toArray(String[]::new));
  }

  @Test
  void aLayerThatLooksUpIsFound() {
    breaks(
        noClasses()
            .that(planted())
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.byssus.core.node"),
        "io.byssus.core.node",
        Planted.LooksUp.class);
  }

  @Test
  void everyPackageIsNullMarked() {
    var packages =
        BYSSUS.stream()
            .map(JavaClass::getPackage)
            .distinct()
            .filter(p -> !p.isAnnotatedWith("org.jspecify.annotations.NullMarked"))
            .map(p -> p.getName())
            .toList();
    assertThat(packages).as("packages without @NullMarked package-info").isEmpty();
  }

  private static List<String> packages(String layer) {
    return List.of(layer.split("\\|")).stream().map(name -> "io.byssus.core." + name).toList();
  }

  private static DescribedPredicate<JavaClass> in(String packages) {
    return JavaClass.Predicates.resideInAPackage(packages);
  }

  private static DescribedPredicate<JavaClass> planted() {
    return JavaClass.Predicates.belongToAnyOf(Planted.class);
  }

  private static void breaks(ArchRule rule, String named, Class<?> violation) {
    var classes = new ClassFileImporter().importClasses(violation, Planted.class);
    assertThatThrownBy(() -> rule.check(classes))
        .as("%s against %s", rule.getDescription(), named)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(violation.getSimpleName());
  }
}
