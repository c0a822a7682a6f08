package io.byssus.tests.docs;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One Markdown file.
 *
 * @param path from the root of the repository
 */
record Page(String path, String text) {
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w*)\n(.*?)^```$");
  private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
  private static final Pattern LINK = Pattern.compile("]\\(([^()\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} (.+)$");

  record Block(String language, String text) {}

  List<Block> blocks() {
    return BLOCK
        .matcher(text)
        .results()
        .map(block -> new Block(block.group(1), block.group(2)))
        .toList();
  }

  private String prose() {
    return BLOCK.matcher(text).replaceAll("");
  }

  /** What stands in backticks within the prose. */
  List<String> words() {
    return first(CODE.matcher(prose()).results().toList());
  }

  /** Where the links lead that stay in the repository. */
  List<String> links() {
    var withoutCode = CODE.matcher(prose()).replaceAll("");
    return first(LINK.matcher(withoutCode).results().toList()).stream()
        .filter(link -> !link.matches("[a-z]+:.*"))
        .toList();
  }

  List<String> headings() {
    return first(HEADING.matcher(prose()).results().toList());
  }

  /** As GitHub makes them of headings. */
  Set<String> anchors() {
    return headings().stream()
        .map(heading ->
            heading
                .replaceAll("[^\\p{L}\\p{N}\\s_-]", "")
                .strip()
                .replace(' ', '-')
                .toLowerCase(Locale.ROOT))
        .collect(Collectors.toSet());
  }

  /** What {@code link} on this page means from the root of the repository. */
  String resolve(String link) {
    var folder = Path.of("/" + path).resolveSibling("");
    return folder.resolve(link).normalize().toString().substring(1);
  }

  private static List<String> first(List<MatchResult> found) {
    return found.stream().map(match -> match.group(1)).toList();
  }
}
