package io.byssus.server.config;

import io.byssus.core.node.UserPolicy;
import io.byssus.server.config.Form.Refused;
import io.byssus.server.transport.Cidr;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The form of each type that a key can have. */
final class Forms {
  static final Form<Integer> COUNT =
      Form.ordered("a whole number", Integer::parseInt, String::valueOf, Integer::longValue);

  static final Form<Size> SIZE =
      Form.ordered("a size such as 512B, 64KiB or 1MiB", Size::parse, Size::toString, Size::bytes);

  static final Form<Duration> DURATION =
      Form.ordered(
          "a duration such as 1500ms, 30s or 2m",
          Durations::parse,
          Durations::show,
          Duration::toNanos);

  static final Form<Boolean> SWITCH =
      Form.named("true or false", Forms::trueOrFalse, String::valueOf);

  static final Form<String> TEXT = Form.sized("a text", text -> text, text -> text, String::length);

  static final Form<List<String>> LIST =
      Form.sized("a list", Forms::list, items -> String.join(",", items), List::size);

  static final Form<List<Cidr>> NETWORKS =
      Form.sized(
          "a list of networks",
          Forms::networks,
          networks -> networks.stream().map(Cidr::toString).collect(Collectors.joining(",")),
          List::size);

  static final Form<Secret> SECRET =
      Form.named("a text, base64:TEXT or file:PATH", Forms::secret, Secret::toString);

  static final Form<UserPolicy> USER_POLICY =
      Form.named("allow, limit:N or newest-wins", Forms::userPolicy, Forms::show);

  static final Form<Config.Engine> ENGINE = Form.named("memory", Forms::engine, Forms::name);

  private static final Pattern REDIS = Pattern.compile("(redis|rediss|valkey|valkeys)\\b.*");

  private Forms() {}

  static Form<?> of(Type type) {
    if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
      return list.getActualTypeArguments()[0] == Cidr.class ? NETWORKS : LIST;
    }
    if (type == Config.Engine.class) {
      return ENGINE;
    }
    if (type instanceof Class<?> named && named.isEnum()) {
      return oneOf((Enum<?>[]) named.getEnumConstants());
    }
    return switch (type.getTypeName()) {
      case "int" -> COUNT;
      case "boolean" -> SWITCH;
      case "java.lang.String" -> TEXT;
      case "java.time.Duration" -> DURATION;
      case "io.byssus.server.config.Size" -> SIZE;
      case "io.byssus.server.config.Secret" -> SECRET;
      case "io.byssus.core.node.UserPolicy" -> USER_POLICY;
      case String other -> throw new IllegalStateException("no key can have the type " + other);
    };
  }

  private static Form<Enum<?>> oneOf(Enum<?>[] constants) {
    var byName =
        Arrays.stream(constants)
            .collect(
                Collectors.<Enum<?>, String, Enum<?>, LinkedHashMap<String, Enum<?>>>toMap(
                    Forms::name, constant -> constant, (first, _) -> first, LinkedHashMap::new));
    return Form.named(
        String.join(", ", byName.keySet()),
        text -> {
          var constant = byName.get(text.replace('_', '-'));
          if (constant == null) {
            throw new IllegalArgumentException("none of these");
          }
          return constant;
        },
        Forms::name);
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static boolean trueOrFalse(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("neither");
    };
  }

  private static List<String> list(String text) {
    return Stream.of(text.split(",", -1))
        .map(String::strip)
        .filter(item -> !item.isEmpty())
        .toList();
  }

  private static List<Cidr> networks(String text) {
    try {
      return list(text).stream().map(Cidr::of).toList();
    } catch (IllegalArgumentException e) {
      throw new Refused(String.valueOf(e.getMessage()));
    }
  }

  private static Secret secret(String text) {
    if (text.startsWith("base64:")) {
      return new Secret(Base64.getDecoder().decode(text.substring(7)));
    }
    if (text.startsWith("file:")) {
      return Secret.of(fileText(text.substring(5)));
    }
    return Secret.of(text);
  }

  private static String fileText(String file) {
    try {
      return Files.readString(Path.of(file)).stripTrailing();
    } catch (NoSuchFileException e) {
      throw new Refused("there is no file " + file);
    } catch (AccessDeniedException e) {
      throw new Refused("this user may not read the file " + file);
    } catch (IOException | InvalidPathException e) {
      throw new Refused("the file " + file + " cannot be read as text");
    }
  }

  private static Config.Engine engine(String text) {
    if (text.equals("memory")) {
      return Config.Engine.MEMORY;
    }
    if (REDIS.matcher(text).matches()) {
      throw new Refused("this build has the memory engine only; Redis comes with a later one");
    }
    throw new IllegalArgumentException("no engine");
  }

  private static UserPolicy userPolicy(String text) {
    if (text.startsWith("limit:")) {
      return new UserPolicy.AtMost(Integer.parseInt(text.substring(6)));
    }
    return switch (text) {
      case "allow" -> new UserPolicy.Unlimited();
      case "newest-wins" -> new UserPolicy.NewestWins();
      default -> throw new IllegalArgumentException("none of these");
    };
  }

  private static String show(UserPolicy policy) {
    return switch (policy) {
      case UserPolicy.Unlimited _ -> "allow";
      case UserPolicy.AtMost(var sessions) -> "limit:" + sessions;
      case UserPolicy.NewestWins _ -> "newest-wins";
    };
  }
}
