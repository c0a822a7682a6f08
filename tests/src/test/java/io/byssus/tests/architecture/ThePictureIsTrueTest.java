package io.byssus.tests.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The pictures of modules and packages in docs/architecture.md are what the code is. Fails with the
 * text that belongs there.
 */
class ThePictureIsTrueTest {
  private static final Path PAGE =
      Path.of(System.getProperty("basedir", "."), "../docs/architecture.md");

  private static final JavaClasses BYSSUS =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("io.byssus");

  @Test
  void modules() throws IOException {
    pageHas("modules", picture(ThePictureIsTrueTest::moduleOf));
  }

  @Test
  void packagesOfCore() throws IOException {
    pageHas("packages of core", picture(ThePictureIsTrueTest::packageOfCore));
  }

  @Test
  void anArrowThatIsAWayAroundIsLeftOut() {
    var arrows = new TreeMap<String, Set<String>>();
    arrows.put("top", new TreeSet<>(Set.of("middle", "bottom")));
    arrows.put("middle", new TreeSet<>(Set.of("bottom")));
    assertThat(draw(arrows)).contains("top --> middle", "middle --> bottom");
    assertThat(draw(arrows)).doesNotContain("top --> bottom");
  }

  private static void pageHas(String name, String picture) throws IOException {
    var block = "<!-- generated: " + name + " -->\n```mermaid\n" + picture + "```\n";
    assertThat(Files.readString(PAGE))
        .as("docs/architecture.md should have this picture")
        .contains(block);
  }

  private static String moduleOf(JavaClass type) {
    var parts = type.getPackageName().split("\\.");
    return parts.length < 3 || !type.getPackageName().startsWith("io.byssus.")
        ? ""
        : parts[2].equals("client") ? "client-java" : parts[2];
  }

  private static String packageOfCore(JavaClass type) {
    var name = type.getPackageName();
    return name.startsWith("io.byssus.core.") ? name.substring("io.byssus.core.".length()) : "";
  }

  private static String picture(Function<JavaClass, String> boxOf) {
    var arrows = new TreeMap<String, Set<String>>();
    for (var type : BYSSUS) {
      var from = boxOf.apply(type);
      if (from.isEmpty()) {
        continue;
      }
      var seen = arrows.computeIfAbsent(from, none -> new TreeSet<>());
      for (var dependency : type.getDirectDependenciesFromSelf()) {
        var to = boxOf.apply(dependency.getTargetClass().getBaseComponentType());
        if (!to.isEmpty() && !to.equals(from)) {
          seen.add(to);
        }
      }
    }
    return draw(arrows);
  }

  /** Arrows to the right; one that other arrows lead to as well is left out. */
  private static String draw(Map<String, Set<String>> arrows) {
    return arrows.entrySet().stream()
        .flatMap(box ->
            box.getValue().stream()
                .filter(to -> !reaches(arrows, box.getKey(), to))
                .map(to -> "  " + box.getKey() + " --> " + to + "\n"))
        .collect(Collectors.joining("", "flowchart LR\n", ""));
  }

  private static boolean reaches(Map<String, Set<String>> arrows, String from, String to) {
    return arrows.get(from).stream()
        .filter(step -> !step.equals(to))
        .anyMatch(step -> leads(arrows, step, to, new HashSet<>()));
  }

  private static boolean leads(
      Map<String, Set<String>> arrows, String from, String to, Set<String> been) {
    return from.equals(to)
        || been.add(from)
            && arrows.getOrDefault(from, Set.of()).stream()
                .anyMatch(step -> leads(arrows, step, to, been));
  }
}
