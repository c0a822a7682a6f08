package io.byssus.tests.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.byssus.server.config.ConfigDoc;
import io.byssus.server.config.ConfigLoader;
import io.byssus.server.settings.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the documentation points at is there. Each check is also held against a page that lies. */
class LinksLeadSomewhereTest {
  private static final Repository REPOSITORY = new Repository();
  private static final Pattern FILE = Pattern.compile("[\\w.-]+(/[\\w.-]+)+/?");
  private static final Pattern TEST_CLASS = Pattern.compile("[A-Z]\\w+Test");
  private static final Pattern KEY = Pattern.compile("([a-z]+(?:\\.[a-z*-]+)+)(?:[:=].*)?");
  private static final Pattern VARIABLE = Pattern.compile("(BYSSUS_[A-Z_]*[A-Z])(?:=.*)?");

  @Test
  void everyLinkLeadsSomewhere() {
    assertThat(brokenLinks(REPOSITORY.pages())).isEmpty();
    assertThat(brokenLinks(lie("[a](nowhere.md) [b](../README.md#nowhere) [c](../README.md)")))
        .containsExactly("docs/lie.md: nowhere.md", "docs/lie.md: ../README.md#nowhere");
  }

  private static List<String> brokenLinks(List<Page> pages) {
    return findings(pages, Page::links, link -> true, LinksLeadSomewhereTest::leads);
  }

  private static boolean leads(Page page, String link) {
    var parts = link.split("#", 2);
    var target = parts[0].isEmpty() ? page.path() : page.resolve(parts[0]);
    return REPOSITORY.exists(target)
        && (parts.length == 1
            || parts[0].isEmpty() && page.anchors().contains(parts[1])
            || !parts[0].isEmpty() && REPOSITORY.page(target).anchors().contains(parts[1]));
  }

  @Test
  void everyFileThatIsNamedIsThere() {
    assertThat(missingFiles(REPOSITORY.pages())).isEmpty();
    assertThat(missingFiles(lie("`docs/nowhere.md` `docs/adr` `application/json` `spec/`")))
        .containsExactly("docs/lie.md: docs/nowhere.md");
  }

  /** What begins with a folder of ours claims to be a file of ours. */
  private static List<String> missingFiles(List<Page> pages) {
    return findings(
        pages,
        Page::words,
        word ->
            FILE.matcher(word).matches() && REPOSITORY.exists(word.substring(0, word.indexOf('/'))),
        (page, word) -> word.startsWith("target/") || REPOSITORY.exists(word));
  }

  @Test
  void everyTestThatIsNamedExists() {
    assertThat(missingTests(REPOSITORY.pages())).isEmpty();
    assertThat(missingTests(lie("`NothingIsEverWrongTest` `LinksLeadSomewhereTest`")))
        .containsExactly("docs/lie.md: NothingIsEverWrongTest");
    assertThat(REPOSITORY.page("docs/guarantees.md").words())
        .as("the guarantees name the tests that try to break them")
        .filteredOn(word -> TEST_CLASS.matcher(word).matches())
        .hasSizeGreaterThan(20);
  }

  private static List<String> missingTests(List<Page> pages) {
    var tests = REPOSITORY.types("/src/test/");
    return findings(
        pages,
        Page::words,
        word -> TEST_CLASS.matcher(word).matches(),
        (page, word) -> tests.contains(word));
  }

  @Test
  void everyConfigurationKeyExists() {
    assertThat(unknownKeys(REPOSITORY.pages())).isEmpty();
    assertThat(
            unknownKeys(
                lie("`limits.inbox` `limits.outbox` `namespaces.*.publish: users` `io.byssus`")))
        .containsExactly("docs/lie.md: limits.inbox");
  }

  private static List<String> unknownKeys(List<Page> pages) {
    var keys = keys();
    var groups = keys.stream().map(key -> key.split("\\.")[0]).collect(Collectors.toSet());
    return findings(
        pages,
        Page::words,
        word -> KEY.matcher(word).matches() && groups.contains(word.split("\\.")[0]),
        (page, word) -> {
          var key = KEY.matcher(word).replaceFirst("$1");
          return keys.stream().anyMatch(known -> known.equals(key) || known.startsWith(key + "."));
        });
  }

  private static Set<String> keys() {
    return Pattern.compile("(?m)^\\| `([a-z.*-]+)` \\|")
        .matcher(ConfigDoc.markdown(Config.DEFINITION))
        .results()
        .map(row -> row.group(1))
        .collect(Collectors.toSet());
  }

  @Test
  void everyVariableExists() {
    assertThat(unknownVariables(REPOSITORY.pages())).isEmpty();
    assertThat(unknownVariables(lie("`BYSSUS_JAVA_OPTS=-Xmx2g` `BYSSUS_COLOUR` `BYSSUS_PORT`")))
        .containsExactly("docs/lie.md: BYSSUS_COLOUR");
  }

  private static List<String> unknownVariables(List<Page> pages) {
    var known =
        ConfigDoc.markdown(Config.DEFINITION) + REPOSITORY.page("byssus").text() + "BYSSUS_CONFIG";
    return findings(
        pages,
        Page::words,
        word -> VARIABLE.matcher(word).matches(),
        (page, word) -> known.contains(VARIABLE.matcher(word).replaceFirst("$1")));
  }

  @Test
  void everyConfigurationThatIsShownIsAccepted(@TempDir Path folder) throws IOException {
    var shown = 0;
    for (var page : REPOSITORY.pages()) {
      for (var block : page.blocks()) {
        if (block.language().equals("yaml") && page.path().startsWith("docs/")) {
          shown++;
          assertThat(problems(block.text(), folder)).as(page.path()).isEmpty();
        }
      }
    }
    assertThat(shown).isPositive();
    assertThat(problems("limits:\n  inbox: 3\n", folder)).isNotEmpty();
  }

  private static List<String> problems(String yaml, Path folder) throws IOException {
    var secret = folder.resolve("jwt.key");
    Files.writeString(secret, "q7Zr2Lw9xKfT4mBv8NcY1sHd6GjP3eUa5RoEiWtX0nQ");
    var file = folder.resolve("byssus.yaml");
    Files.writeString(file, yaml.replaceAll("file:\\S+", "file:" + secret));
    var sources = new ConfigLoader.Sources(Optional.of(file), Map.of(), List.of());
    return switch (ConfigLoader.load(Config.DEFINITION, sources)) {
      case ConfigLoader.Outcome.Ready<Config> _ -> List.of();
      case ConfigLoader.Outcome.Refused<Config>(var problems) ->
          problems.stream().map(String::valueOf).toList();
    };
  }

  @Test
  void bothReadmesSayTheSame() {
    var english = REPOSITORY.page("README.md");
    var chinese = REPOSITORY.page("README.zh-CN.md");
    assertThat(commands(chinese)).isEqualTo(commands(english)).isNotEmpty();
    assertThat(chinese.headings()).hasSameSizeAs(english.headings());
    assertThat(chinese.links().stream().filter(link -> !link.startsWith("README")).sorted())
        .containsExactlyElementsOf(
            english.links().stream().filter(link -> !link.startsWith("README")).sorted().toList());
  }

  @Test
  void thePagesForBackendsSayTheSame() {
    var english = REPOSITORY.page("docs/backend.md");
    var chinese = REPOSITORY.page("docs/backend.zh-CN.md");
    assertThat(commands(chinese)).isEqualTo(commands(english)).isNotEmpty();
    assertThat(chinese.headings()).hasSameSizeAs(english.headings());
  }

  /** All blocks of code, without their comments: these are in the language of the page. */
  private static List<String> commands(Page page) {
    return page.blocks().stream()
        .map(block -> block.text().replaceAll("(?m)\\s+(#|//) .*$", ""))
        .toList();
  }

  /** Who owns what changes is written down for each class of core that has something to change. */
  @Test
  void everyMutableClassOfCoreHasAnOwner() {
    var named =
        REPOSITORY.page("docs/threads.md").words().stream()
            .flatMap(word -> Stream.of(word.split("\\W+")))
            .collect(Collectors.toSet());
    var mutable =
        new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> !location.contains("-tests.jar"))
                .importPackages("io.byssus.core")
                .stream()
                .filter(type -> type.getFields().stream().anyMatch(LinksLeadSomewhereTest::changes))
                .map(LinksLeadSomewhereTest::outermost)
                .distinct()
                .toList();
    assertThat(mutable).hasSizeGreaterThan(15).allMatch(named::contains, "is in docs/threads.md");
  }

  private static boolean changes(JavaField field) {
    return !field.getModifiers().contains(JavaModifier.FINAL)
        && !field.getModifiers().contains(JavaModifier.SYNTHETIC);
  }

  private static String outermost(JavaClass type) {
    return type.getEnclosingClass()
        .map(LinksLeadSomewhereTest::outermost)
        .orElse(type.getSimpleName());
  }

  // How the checks look for findings.

  private interface Parts {
    List<String> of(Page page);
  }

  private interface Claim {
    boolean made(String part);
  }

  private interface Truth {
    boolean holds(Page page, String part);
  }

  private static List<String> findings(List<Page> pages, Parts parts, Claim claim, Truth truth) {
    var findings = new ArrayList<String>();
    for (var page : pages) {
      for (var part : parts.of(page)) {
        if (claim.made(part) && !truth.holds(page, part)) {
          findings.add(page.path() + ": " + part);
        }
      }
    }
    return findings;
  }

  private static List<Page> lie(String text) {
    return List.of(new Page("docs/lie.md", text));
  }
}
