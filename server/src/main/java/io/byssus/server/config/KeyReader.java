package io.byssus.server.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A key of which name and meaning are told; the call that tells type, default and range answers its
 * value.
 */
public final class KeyReader {
  private final Group group;
  private final String name;
  private final String doc;
  private String brief = "";

  KeyReader(Group group, String name, String doc) {
    this.group = group;
    this.name = name;
    this.doc = doc;
  }

  /** A short environment variable besides its own. */
  public KeyReader or(String variable) {
    brief = variable;
    return this;
  }

  public int count(int byDefault, int min, int max, String unit) {
    return read(
        ValueTypes.COUNT,
        Integer.toString(byDefault),
        Integer.toString(min),
        Integer.toString(max),
        unit);
  }

  public Duration duration(String byDefault, String min, String max) {
    return read(ValueTypes.DURATION, byDefault, min, max, "");
  }

  public int bytes(String byDefault, String min, String max) {
    return read(ValueTypes.SIZE, byDefault, min, max, "").bytes();
  }

  public boolean flag(boolean byDefault) {
    return read(ValueTypes.SWITCH, Boolean.toString(byDefault), "", "", "");
  }

  public <E extends Enum<E>> E oneOf(E byDefault) {
    return read(
        new ValueTypes.OneOf<>(byDefault.getDeclaringClass()),
        ValueTypes.OneOf.name(byDefault),
        "",
        "",
        "");
  }

  public String text(String byDefault, int min, int max) {
    return read(
        ValueTypes.TEXT, byDefault, Integer.toString(min), Integer.toString(max), "characters");
  }

  public List<String> list(int max, String unit) {
    return read(ValueTypes.LIST, "", "0", Integer.toString(max), unit);
  }

  public <T> List<T> listOf(ListType<T> type, int max, String unit) {
    return read(type, "", "0", Integer.toString(max), unit);
  }

  public <T> T as(ValueType<T> type, String byDefault) {
    return read(type, byDefault, "", "", "");
  }

  private <T> T read(ValueType<T> type, String byDefault, String min, String max, String unit) {
    var entry =
        new Entry<>(group.pattern(name), doc, brief, type, byDefault, min, max, unit, false);
    return group.value(entry, name).orElseGet(() -> entry.parse(byDefault));
  }

  /**
   * @param otherwise what holds without a value
   */
  public Optional<String> maybeText(String otherwise, int min, int max) {
    return group.value(
        new Entry<>(
            group.pattern(name),
            doc,
            brief,
            ValueTypes.TEXT,
            otherwise,
            Integer.toString(min),
            Integer.toString(max),
            "characters",
            true),
        name);
  }

  /**
   * @param otherwise what holds without a value
   */
  public Optional<Integer> maybeCount(String otherwise, int min, int max) {
    return group.value(
        new Entry<>(
            group.pattern(name),
            doc,
            brief,
            ValueTypes.COUNT,
            otherwise,
            Integer.toString(min),
            Integer.toString(max),
            "",
            true),
        name);
  }

  public Optional<Secret> maybeSecret(String otherwise) {
    return maybe(ValueTypes.SECRET, otherwise);
  }

  /**
   * @param otherwise what holds without a value
   */
  public <T> Optional<T> maybe(ValueType<T> type, String otherwise) {
    return group.value(
        new Entry<>(group.pattern(name), doc, brief, type, otherwise, "", "", "", true), name);
  }
}
