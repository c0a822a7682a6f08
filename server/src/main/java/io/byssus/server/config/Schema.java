package io.byssus.server.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The tree of all keys, read off the records of {@link Config}. */
sealed interface Schema {
  Section OF_CONFIG = section("", "", Config.class);

  /** One key. */
  record Leaf(Entry entry) implements Schema {}

  /**
   * Some keys with a common beginning.
   *
   * @param path empty for the root
   * @param parts in the order of the components of {@code type}
   */
  record Section(String path, String doc, Class<?> type, List<Schema> parts) implements Schema {}

  /** The same keys for each name that the operator chooses; its path ends with an asterisk. */
  record Named(Section each) implements Schema {}

  /** All keys below, in the order of the page. */
  default Stream<Entry> entries() {
    return switch (this) {
      case Leaf(var entry) -> Stream.of(entry);
      case Section section -> section.parts().stream().flatMap(Schema::entries);
      case Named(var each) -> each.entries();
    };
  }

  private static Section section(String path, String doc, Class<?> type) {
    var prefix = path.isEmpty() ? "" : path + ".";
    var parts =
        Arrays.stream(type.getRecordComponents())
            .map(component ->
                part(
                    prefix + kebab(component.getName()),
                    component.getAnnotation(Key.class),
                    component.getGenericType()))
            .toList();
    return new Section(path, doc, type, parts);
  }

  private static Schema part(String path, Key key, Type type) {
    if (type instanceof ParameterizedType generic && generic.getRawType() == Map.class) {
      var each = (Class<?>) generic.getActualTypeArguments()[1];
      return new Named(section(path + ".*", key.doc(), each));
    }
    if (type instanceof ParameterizedType generic && generic.getRawType() == Optional.class) {
      return new Leaf(new Entry(path, key, Forms.of(generic.getActualTypeArguments()[0]), true));
    }
    if (type instanceof Class<?> named
        && named.isRecord()
        && named.getEnclosingClass() == Config.class) {
      return section(path, key.doc(), named);
    }
    return new Leaf(new Entry(path, key, Forms.of(type), false));
  }

  private static String kebab(String name) {
    var kebab = new StringBuilder();
    for (var c : name.toCharArray()) {
      if (Character.isUpperCase(c)) {
        kebab.append('-');
      }
      kebab.append(Character.toLowerCase(c));
    }
    return kebab.toString();
  }
}
