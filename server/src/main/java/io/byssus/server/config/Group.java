package io.byssus.server.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/** Some keys with a common beginning, while they are read. */
public final class Group {
  private final ConfigWalk reading;
  private final String pattern;
  private final String path;

  /**
   * @param pattern the beginning, with its dot; empty for the root
   * @param path the same, with a name in place of the asterisk
   */
  Group(ConfigWalk reading, String pattern, String path) {
    this.reading = reading;
    this.pattern = pattern;
    this.path = path;
  }

  public KeyReader key(String name, String doc) {
    return new KeyReader(this, name, doc);
  }

  public Group group(String name, String doc) {
    reading.group(pattern + name, doc);
    return new Group(reading, pattern + name + ".", path + name + ".");
  }

  /**
   * The same keys for each name that the operator has chosen, and for {@code always}.
   *
   * @param read makes a T from a name's keys
   */
  public <T> Map<String, T> named(String name, String doc, String always, Function<Group, T> read) {
    reading.group(pattern + name + ".*", doc);
    var prefix = path + name + ".";
    var names = new TreeSet<>(reading.namesAfter(prefix));
    names.add(always);
    var all = new LinkedHashMap<String, T>();
    for (var each : names) {
      all.put(each, read.apply(new Group(reading, pattern + name + ".*.", prefix + each + ".")));
    }
    return all;
  }

  /**
   * The same keys for each name that the operator has chosen.
   *
   * @param read makes a T from a name's keys
   */
  public <T> Map<String, T> named(String name, String doc, Function<Group, T> read) {
    reading.group(pattern + name + ".*", doc);
    var keys = pattern + name + ".*.";
    var prefix = path + name + ".";
    var all = new LinkedHashMap<String, T>();
    for (var each : reading.namesAfter(prefix)) {
      all.put(each, read.apply(new Group(reading, keys, prefix + each + ".")));
    }
    if (all.isEmpty()) {
      // Nothing is set below this path; but all keys are named, for those who ask which there are.
      var _ = read.apply(new Group(reading, keys, prefix + "*."));
    }
    return all;
  }

  String pattern(String key) {
    return pattern + key;
  }

  <T> Optional<T> value(Entry<T> entry, String key) {
    return reading.value(entry, path + key);
  }
}
