package io.byssus.tests.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClass.Predicates;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Logging, signals, standard streams and the exit code belong to the program, which is the module
 * server. All else may run inside somebody else's process, and takes over nothing there.
 */
class OnlyTheProgramOwnsTheProcessTest {
  private static final JavaClasses BYSSUS =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("io.byssus");

  /** Class and method, after its last dot. */
  private static final Set<String> CALLS =
      Set.of(
          "java.lang.System.exit",
          "java.lang.System.setOut",
          "java.lang.System.setErr",
          "java.lang.System.setProperty",
          "java.lang.Runtime.exit",
          "java.lang.Runtime.halt",
          "java.lang.Runtime.addShutdownHook",
          "java.lang.Thread.setDefaultUncaughtExceptionHandler",
          "io.netty.util.internal.logging.InternalLoggerFactory.setDefaultFactory");

  private static final List<String> TYPES =
      List.of("ch.qos.logback.", "java.util.logging.", "sun.misc.Signal");

  /** With one of these on its class path a process logs in another way. */
  private static final List<String> SERVICES =
      List.of("ch.qos.logback.", "org.slf4j.spi.", "java.lang.System$LoggerFinder");

  @Test
  void noOtherModuleTouchesWhatBelongsToTheProcess() {
    guests().check(BYSSUS);
    breaks(Planted.EndsTheProcess.class);
    breaks(Planted.TakesSignals.class);
    breaks(Planted.ConfiguresTheLog.class);
  }

  private static ArchRule guests() {
    return classes()
        .that(
            DescribedPredicate.not(Predicates.resideInAPackage("io.byssus.server.."))
                .and(DescribedPredicate.not(Predicates.resideInAPackage("io.byssus.example.."))))
        .should(leaveTheProcessAlone());
  }

  private static ArchCondition<JavaClass> leaveTheProcessAlone() {
    return new ArchCondition<>("leave the process alone") {
      @Override
      public void check(JavaClass guest, ConditionEvents events) {
        for (var call : guest.getMethodCallsFromSelf()) {
          if (CALLS.contains(call.getTargetOwner().getName() + '.' + call.getName())) {
            events.add(SimpleConditionEvent.violated(guest, call.getDescription()));
          }
        }
        for (var dependency : guest.getDirectDependenciesFromSelf()) {
          if (TYPES.stream().anyMatch(dependency.getTargetClass().getName()::startsWith)) {
            events.add(SimpleConditionEvent.violated(guest, dependency.getDescription()));
          }
        }
      }
    };
  }

  private static void breaks(Class<?> violation) {
    var classes = new ClassFileImporter().importClasses(violation);
    assertThatThrownBy(() -> guests().check(classes))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(violation.getSimpleName());
  }

  @Test
  void noOtherModuleBringsALoggingService(@TempDir Path planted) throws IOException {
    assertThat(services(Path.of(System.getProperty("basedir", "."), ".."))).isEmpty();

    var folder =
        Files.createDirectories(planted.resolve("core/src/main/resources/META-INF/services"));
    Files.createFile(folder.resolve("ch.qos.logback.classic.spi.Configurator"));
    assertThat(services(planted)).hasSize(1);
  }

  private static List<Path> services(Path root) throws IOException {
    try (var modules = Files.list(root)) {
      return modules
          .filter(module -> !module.endsWith("server"))
          .map(module -> module.resolve("src/main/resources/META-INF/services"))
          .filter(Files::isDirectory)
          .flatMap(OnlyTheProgramOwnsTheProcessTest::files)
          .filter(file -> SERVICES.stream().anyMatch(file.getFileName().toString()::startsWith))
          .toList();
    }
  }

  private static Stream<Path> files(Path folder) {
    try {
      return Files.list(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
