package io.byssus.server.config;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds keys by their paths and by their environment variables, and what was meant by what is none.
 */
final class Keys {
  /** What may stand in a key where its path has an asterisk. */
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");

  private final List<Entry<?>> entries;

  Keys(Schema schema) {
    entries = schema.entries();
  }

  /** Whether {@code path}, which has a name where its key has an asterisk, sets a key. */
  boolean has(String path) {
    for (var entry : entries) {
      if (fits(entry.path(), path, true)) {
        return true;
      }
    }
    return false;
  }

  private static boolean fits(String pattern, String path, boolean strict) {
    var star = pattern.indexOf('*');
    if (star < 0) {
      return pattern.equals(path);
    }
    var name = between(pattern.substring(0, star), path, pattern.substring(star + 1));
    return !name.isEmpty() && name.indexOf('.') < 0 && (!strict || NAME.matcher(name).matches());
  }

  /** What stands in {@code text} between the two; empty if it is not of that shape. */
  private static String between(String prefix, String text, String suffix) {
    var fits =
        text.length() > prefix.length() + suffix.length()
            && text.startsWith(prefix)
            && text.endsWith(suffix);
    return fits ? text.substring(prefix.length(), text.length() - suffix.length()) : "";
  }

  /** Whether keys begin with the path, and it is none itself. */
  boolean group(String path) {
    return !below(path).isEmpty();
  }

  /**
   * The path that an environment variable sets, or empty. Where a name could end at two places, the
   * longer key wins.
   */
  String path(String variable) {
    var best = "";
    var length = 0;
    for (var entry : entries) {
      var path = path(entry, variable);
      if (!path.isEmpty() && entry.path().length() > length) {
        best = path;
        length = entry.path().length();
      }
    }
    return best;
  }

  private static String path(Entry<?> entry, String variable) {
    if (variable.equals(entry.variable()) || variable.equals(entry.brief())) {
      return entry.path();
    }
    var pattern = entry.variable();
    var star = pattern.indexOf('*');
    if (star < 0) {
      return "";
    }
    var name =
        between(pattern.substring(0, star), variable, pattern.substring(star + 1))
            .toLowerCase(Locale.ROOT)
            .replace('_', '-');
    return NAME.matcher(name).matches() ? entry.path().replace("*", name) : "";
  }

  /** Why a path is no key, and what may have been meant. */
  String unknown(String path) {
    if (entries.stream().anyMatch(entry -> fits(entry.path(), path, false))) {
      return "names in keys may have lowercase letters, digits and dashes only, at most 64";
    }
    for (var end = path.lastIndexOf('.'); end > 0; end = path.lastIndexOf('.', end - 1)) {
      var above = path.substring(0, end);
      if (has(above)) {
        return above + " takes a value and has no further keys";
      }
    }
    var below = below(path);
    if (!below.isEmpty()) {
      return "takes no value; its keys are " + String.join(", ", below);
    }
    return "unknown key" + meant(path).map(known -> "; did you mean " + known + "?").orElse("");
  }

  /** The next parts of the keys that begin with {@code path}. */
  private Collection<String> below(String path) {
    var parts = path.split("\\.", -1);
    return entries.stream()
        .map(entry -> entry.path().split("\\."))
        .filter(key -> key.length > parts.length && begins(key, parts))
        .map(key -> key[parts.length].replace("*", "NAME"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static boolean begins(String[] key, String[] parts) {
    for (var i = 0; i < parts.length; i++) {
      if (!key[i].equals("*") && !key[i].equals(parts[i])) {
        return false;
      }
    }
    return true;
  }

  private Optional<String> meant(String path) {
    var written = path.replace('_', '-');
    var parts = written.split("\\.", -1);
    var known = entries.stream().map(entry -> named(entry.path(), parts)).toList();
    return Nearest.of(written, known)
        .or(() -> onlyOneWithEnd("." + written, known))
        .or(() -> group(parts[0], known));
  }

  /** The key with the name that was written, where it has one. */
  private static String named(String key, String[] written) {
    var at = List.of(key.split("\\.")).indexOf("*");
    return at < 0 || at >= written.length ? key : key.replace("*", written[at]);
  }

  /** Whoever writes {@code port} may have forgotten the group; the groups' groups, less likely. */
  private static Optional<String> onlyOneWithEnd(String end, List<String> known) {
    var all = known.stream().filter(path -> path.endsWith(end)).toList();
    var least = all.stream().mapToInt(Keys::depth).min().orElse(0);
    var found = all.stream().filter(path -> depth(path) == least).toList();
    return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
  }

  private static int depth(String path) {
    return path.split("\\.", -1).length;
  }

  private static Optional<String> group(String given, List<String> known) {
    var groups = known.stream().map(path -> path.split("\\.")[0]).collect(Collectors.toSet());
    return groups.contains(given)
        ? Optional.empty()
        : Nearest.of(given, groups).map(group -> "something in " + group);
  }

  /** Why an environment variable is none of ours, and what may have been meant. */
  String unknownVariable(String variable) {
    var known =
        entries.stream().flatMap(entry -> Stream.of(entry.variable(), entry.brief())).toList();
    return "unknown environment variable"
        + Nearest.of(variable, known).map(name -> "; did you mean " + name + "?").orElse("");
  }
}
