package io.byssus.tests.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.byssus.tests.architecture.planted.left.Left;
import io.byssus.tests.architecture.planted.right.Right;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No circles, no arrows up, and no room where everything meets. */
class CoreIsDividedTest {
  private static final int LINES_MAX = 400;

  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("io.byssus.core");

  private static final JavaClasses CIRCLE =
      new ClassFileImporter().importClasses(Left.class, Right.class);

  /** The top of the package node, from below: each sees the ones before it, and none after it. */
  private static final List<List<String>> NODE =
      List.of(
          List.of(
              "Client", "Readings", "Attachments", "Debts", "Outages", "Healing", "LaneContext"),
          List.of("Replies"),
          List.of("AttachedSession", "SessionHolder"),
          List.of("InboxPart", "PresencePart", "DirectoryPart", "SubscriptionsPart"),
          List.of("ChannelCommands", "DirectCommands", "SessionCommands", "Acknowledgements"),
          List.of("AdmissionState", "AdmissionContext", "SessionClaim", "Admission"),
          List.of("ClientConnection"),
          List.of("LaneConnections", "SessionRenewal", "LaneWatchdog", "LaneService"),
          List.of("NodeAssembly"),
          List.of("Node"));

  @Test
  void noPackagesStandInACircle() {
    packagesAreFreeOfCircles("io.byssus.core.(*)..").check(CORE);
    assertThatThrownBy(() ->
            packagesAreFreeOfCircles("io.byssus.tests.architecture.planted.(*)..").check(CIRCLE))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Left");
  }

  private static ArchRule packagesAreFreeOfCircles(String packages) {
    return slices().matching(packages).should().beFreeOfCycles();
  }

  @Test
  void noClassesStandInACircle() {
    classesAreFreeOfCircles("io.byssus.core").check(CORE);
    assertThatThrownBy(
            () -> classesAreFreeOfCircles("io.byssus.tests.architecture.planted").check(CIRCLE))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Left");
  }

  private static ArchRule classesAreFreeOfCircles(String packages) {
    return slices().assignedFrom(eachFileOf(packages)).should().beFreeOfCycles();
  }

  private static SliceAssignment eachFileOf(String packages) {
    return new SliceAssignment() {
      @Override
      public SliceIdentifier getIdentifierOf(JavaClass type) {
        return type.getPackageName().startsWith(packages)
            ? SliceIdentifier.of(fileOf(type))
            : SliceIdentifier.ignore();
      }

      @Override
      public String getDescription() {
        return "each file of " + packages;
      }
    };
  }

  /** A session and its subscriptions know each other: they are one. */
  private static String fileOf(JavaClass type) {
    var name = type.getName();
    var nested = name.indexOf('$');
    var file = nested < 0 ? name : name.substring(0, nested);
    return file.equals("io.byssus.core.session.Subscription")
        ? "io.byssus.core.session.Session"
        : file;
  }

  @Test
  void aNodeIsPutTogetherFromBelow() {
    for (int i = 0; i < NODE.size(); i++) {
      var above = new ArrayList<String>();
      NODE.subList(i + 1, NODE.size()).forEach(above::addAll);
      if (!above.isEmpty()) {
        noneSees(anyOf(NODE.get(i)), anyOf(above)).check(CORE);
      }
    }
    nobodySeesTheNode(in("io.byssus.core..")).check(CORE);
    assertThatThrownBy(() ->
            nobodySeesTheNode(JavaClass.Predicates.belongToAnyOf(Planted.class))
                .check(new ClassFileImporter().importClasses(Planted.LooksUp.class)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("LooksUp");
  }

  private static ArchRule nobodySeesTheNode(DescribedPredicate<JavaClass> who) {
    return noneSees(
        who.and(DescribedPredicate.not(anyOf(List.of("Node")))), anyOf(List.of("Node")));
  }

  private static ArchRule noneSees(
      DescribedPredicate<JavaClass> below, DescribedPredicate<JavaClass> above) {
    return noClasses().that(below).should().dependOnClassesThat(above);
  }

  @Test
  void theLayersOfTheNodeAreClasses() {
    for (var name : NODE.stream().flatMap(List::stream).toList()) {
      assertThat(CORE.stream().filter(anyOf(List.of(name)))).as(name).isNotEmpty();
    }
  }

  private static DescribedPredicate<JavaClass> anyOf(List<String> names) {
    return DescribedPredicate.describe(
        names.toString(),
        type -> names.stream().anyMatch(n -> fileOf(type).equals("io.byssus.core.node." + n)));
  }

  private static DescribedPredicate<JavaClass> in(String packages) {
    return JavaClass.Predicates.resideInAPackage(packages);
  }

  @Test
  void noFileIsLongerThanOneCanRead(@TempDir Path planted) throws IOException {
    assertThat(tooLong(Path.of(System.getProperty("basedir", "."), "../core/src/main/java")))
        .isEmpty();
    Files.writeString(planted.resolve("Monster.java"), "\n".repeat(LINES_MAX + 1));
    assertThat(tooLong(planted)).containsExactly("Monster.java has 401 lines");
  }

  private static List<String> tooLong(Path sources) throws IOException {
    try (var files = Files.walk(sources)) {
      var found = new ArrayList<String>();
      for (var file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        var lines = Files.readAllLines(file).size();
        if (lines > LINES_MAX) {
          found.add(file.getFileName() + " has " + lines + " lines");
        }
      }
      return found;
    }
  }
}
