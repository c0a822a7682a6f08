package io.byssus.server.config;

import io.byssus.devices.KnownGateway;
import io.byssus.transport.Cidr;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A key of which name and meaning are told; the call that tells type, default and range answers its
 * value.
 */
final class KeyReader {
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
  KeyReader or(String variable) {
    brief = variable;
    return this;
  }

  int count(int byDefault, int min, int max, String unit) {
    return read(
        ValueTypes.COUNT,
        Integer.toString(byDefault),
        Integer.toString(min),
        Integer.toString(max),
        unit);
  }

  Duration duration(String byDefault, String min, String max) {
    return read(ValueTypes.DURATION, byDefault, min, max, "");
  }

  int bytes(String byDefault, String min, String max) {
    return read(ValueTypes.SIZE, byDefault, min, max, "").bytes();
  }

  boolean flag(boolean byDefault) {
    return read(ValueTypes.SWITCH, Boolean.toString(byDefault), "", "", "");
  }

  <E extends Enum<E>> E oneOf(E byDefault) {
    return read(
        new ValueTypes.OneOf<>(byDefault.getDeclaringClass()),
        ValueTypes.OneOf.name(byDefault),
        "",
        "",
        "");
  }

  String text(String byDefault, int min, int max) {
    return read(
        ValueTypes.TEXT, byDefault, Integer.toString(min), Integer.toString(max), "characters");
  }

  List<String> list(int max, String unit) {
    return read(ValueTypes.LIST, "", "0", Integer.toString(max), unit);
  }

  List<Cidr> networks(int max) {
    return read(ValueTypes.NETWORKS, "", "0", Integer.toString(max), "networks");
  }

  List<KnownGateway> gateways(int max) {
    return read(ValueTypes.GATEWAYS, "", "0", Integer.toString(max), "gateways");
  }

  <T> T as(ValueType<T> type, String byDefault) {
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
  Optional<String> maybeText(String otherwise, int min, int max) {
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
  Optional<Integer> maybeCount(String otherwise, int min, int max) {
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

  Optional<Secret> maybeSecret(String otherwise) {
    return maybe(ValueTypes.SECRET, otherwise);
  }

  /**
   * @param otherwise what holds without a value
   */
  <T> Optional<T> maybe(ValueType<T> type, String otherwise) {
    return group.value(
        new Entry<>(group.pattern(name), doc, brief, type, otherwise, "", "", "", true), name);
  }
}
