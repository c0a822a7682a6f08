package io.byssus.server.config;

import io.byssus.server.config.Form.Refused;
import io.byssus.server.config.Given.Origin;
import io.byssus.server.config.Schema.Leaf;
import io.byssus.server.config.Schema.Named;
import io.byssus.server.config.Schema.Section;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Makes the records of {@link Config} from what was given and from the defaults. A value that is
 * not allowed is added to the problems, and its default stands in for it, so that reading goes on
 * and finds the other problems too.
 */
final class Binder {
  private final Map<String, Given> given;
  private final List<Problem> problems;

  Binder(Map<String, Given> given, List<Problem> problems) {
    this.given = given;
    this.problems = problems;
  }

  Config bind() {
    return (Config) bind(Schema.OF_CONFIG, "");
  }

  /**
   * @param name what stands for the asterisk
   */
  private Object bind(Schema schema, String name) {
    return switch (schema) {
      case Leaf(var entry) -> value(entry, entry.path().replace("*", name));
      case Named(var each) -> named(each);
      case Section section -> construct(section, name);
    };
  }

  private Map<String, Object> named(Section each) {
    var prefix = each.path().replace("*", "");
    var names = new TreeSet<>(List.of(Config.DEFAULT_NAMESPACE));
    for (var path : given.keySet()) {
      if (path.startsWith(prefix)) {
        names.add(path.substring(prefix.length(), path.indexOf('.', prefix.length())));
      }
    }
    var all = new LinkedHashMap<String, Object>();
    names.forEach(name -> all.put(name, bind(each, name)));
    return all;
  }

  private Object construct(Section section, String name) {
    var types =
        Arrays.stream(section.type().getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    var values = section.parts().stream().map(part -> bind(part, name)).toArray();
    try {
      return section.type().getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot make a " + section.type().getSimpleName(), e);
    }
  }

  private Object value(Entry entry, String path) {
    var written = given.get(path);
    if (written != null) {
      try {
        var value = parse(entry, written);
        return entry.optional() ? Optional.of(value) : value;
      } catch (Refused e) {
        problems.add(new Problem(path, written.where(), message(entry, written, e.reason())));
      }
    }
    return entry.optional() ? Optional.empty() : entry.parse(entry.key().value());
  }

  private static Object parse(Entry entry, Given written) {
    if (written.list() && !entry.list()) {
      throw new Refused("expected " + entry.form().what() + ", not a list");
    }
    if (entry.secret() && written.origin() == Origin.FLAG && !written.text().startsWith("file:")) {
      throw new Refused(
          "everyone on this machine can read a command line; set it in a file, as file:PATH or by "
              + entry.variable());
    }
    return entry.parse(written.text());
  }

  private static String message(Entry entry, Given written, String reason) {
    return entry.secret() ? reason : Problem.quoted(written.text()) + ": " + reason;
  }
}
