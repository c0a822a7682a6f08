package io.byssus.server.config;

import io.byssus.server.config.RawValue.Origin;
import io.byssus.server.config.ValueType.Refused;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * One walk over a {@link Definition}: gives each key its value, and notes the key. A value that is
 * not allowed is added to the problems and treated as not given, so that reading goes on and finds
 * the other problems too.
 */
final class ConfigWalk {
  private final Map<String, RawValue> given;
  private final List<Problem> problems = new ArrayList<>();
  private final Map<String, Chapter> chapters = new LinkedHashMap<>();

  /**
   * The keys of one group, in the order of the page.
   *
   * @param path empty for the root
   */
  record Chapter(String path, String doc, List<Entry<?>> entries) {}

  ConfigWalk(Map<String, RawValue> given) {
    this.given = given;
    group("", "");
  }

  /** For the walk, which is done once. */
  Group root() {
    return new Group(this, "", "");
  }

  List<Problem> problems() {
    return problems;
  }

  List<Chapter> chapters() {
    return List.copyOf(chapters.values());
  }

  void group(String path, String doc) {
    chapters.put(path, new Chapter(path, doc, new ArrayList<>()));
  }

  Collection<String> namesAfter(String prefix) {
    var names = new TreeSet<String>();
    for (var path : given.keySet()) {
      if (path.startsWith(prefix)) {
        names.add(path.substring(prefix.length(), path.indexOf('.', prefix.length())));
      }
    }
    return names;
  }

  /** Empty if there is none, or it is not allowed. */
  <T> Optional<T> value(Entry<T> entry, String path) {
    note(entry);
    var written = given.get(path);
    if (written == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(parse(entry, written));
    } catch (Refused e) {
      problems.add(new Problem(path, written.where(), message(entry, written, e.reason())));
      return Optional.empty();
    }
  }

  private void note(Entry<?> entry) {
    var end = Math.max(0, entry.path().lastIndexOf('.'));
    var chapter = chapters.get(entry.path().substring(0, end));
    if (chapter == null) {
      throw new IllegalStateException("a key without a group: " + entry.path());
    }
    chapter.entries().add(entry);
  }

  private static <T> T parse(Entry<T> entry, RawValue written) {
    if (written.list() && !entry.list()) {
      throw new Refused("expected " + entry.type().what() + ", not a list");
    }
    var value = entry.parse(written.text());
    var instead = entry.type().offTheCommandLine(written.text(), value, entry.variable());
    if (written.origin() == Origin.FLAG && !instead.isEmpty()) {
      throw new Refused("every user of this machine can read a command line; " + instead);
    }
    return value;
  }

  private static String message(Entry<?> entry, RawValue written, String reason) {
    return entry.type().repeatable(written.text())
        ? Problem.quoted(written.text()) + ": " + reason
        : reason;
  }
}
