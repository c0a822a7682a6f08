package io.byssus.server.config;

import io.byssus.core.node.UserPolicy;
import io.byssus.devices.Gateways;
import io.byssus.devices.KnownGateway;
import io.byssus.protocol.device.Controls;
import io.byssus.redis.RedisAddress;
import io.byssus.redis.RedisSettings;
import io.byssus.transport.Cidr;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/** The type of each type that a key can have. */
final class ValueTypes {
  static final ValueType<Integer> COUNT = new Count();
  static final ValueType<ByteSize> SIZE = new Sizes();
  static final ValueType<Duration> DURATION = new Times();
  static final ValueType<Boolean> SWITCH = new Switch();
  static final ValueType<String> TEXT = new Text();
  static final ValueType<List<String>> LIST = new Items();
  static final ValueType<List<Cidr>> NETWORKS = new Networks();
  static final ValueType<List<KnownGateway>> GATEWAYS = new KnownGateways();
  static final ValueType<Controls> CONTROLS = new ControlNames();
  static final ValueType<Secret> SECRET = new SecretType();
  static final ValueType<UserPolicy> USER_POLICY = new UserPolicies();
  static final ValueType<Path> FILE = new ReadableFile();
  static final ValueType<Config.Engine> ENGINE = new Engines();
  static final ValueType<String> PREFIX = new Prefix();

  private ValueTypes() {}

  private static final class Count extends ValueType<Integer> {
    @Override
    String what() {
      return "a whole number";
    }

    @Override
    Integer parse(String text) {
      return Integer.valueOf(text);
    }

    @Override
    long measure(Integer value) {
      return value;
    }
  }

  private static final class Sizes extends ValueType<ByteSize> {
    @Override
    String what() {
      return "a size such as 512B, 64KiB or 1MiB";
    }

    @Override
    ByteSize parse(String text) {
      return ByteSize.parse(text);
    }

    @Override
    long measure(ByteSize value) {
      return value.bytes();
    }
  }

  private static final class Times extends ValueType<Duration> {
    @Override
    String what() {
      return "a duration such as 1500ms, 30s or 2m";
    }

    @Override
    Duration parse(String text) {
      return Durations.parse(text);
    }

    @Override
    long measure(Duration value) {
      return value.toNanos();
    }
  }

  private static final class Switch extends ValueType<Boolean> {
    @Override
    String what() {
      return "true or false";
    }

    @Override
    Boolean parse(String text) {
      return switch (text) {
        case "true" -> true;
        case "false" -> false;
        default -> throw new IllegalArgumentException("neither");
      };
    }
  }

  private static final class Text extends ValueType<String> {
    @Override
    String what() {
      return "a text";
    }

    @Override
    String parse(String text) {
      return text;
    }

    @Override
    long measure(String value) {
      return value.length();
    }

    @Override
    long bound(String text) {
      return Long.parseLong(text);
    }
  }

  private static final class Items extends ValueType<List<String>> {
    @Override
    String what() {
      return "a list";
    }

    @Override
    List<String> parse(String text) {
      var items = new ArrayList<String>();
      for (var item : text.split(",", -1)) {
        if (!item.isBlank()) {
          items.add(item.strip());
        }
      }
      return items;
    }

    @Override
    long measure(List<String> value) {
      return value.size();
    }

    @Override
    long bound(String text) {
      return Long.parseLong(text);
    }
  }

  private static final class Networks extends ValueType<List<Cidr>> {
    @Override
    String what() {
      return "a list of networks";
    }

    @Override
    List<Cidr> parse(String text) {
      var networks = new ArrayList<Cidr>();
      try {
        for (var item : LIST.parse(text)) {
          networks.add(Cidr.of(item));
        }
      } catch (IllegalArgumentException e) {
        throw new Refused(String.valueOf(e.getMessage()));
      }
      return networks;
    }

    @Override
    long measure(List<Cidr> value) {
      return value.size();
    }

    @Override
    long bound(String text) {
      return Long.parseLong(text);
    }
  }

  private static final class KnownGateways extends ValueType<List<KnownGateway>> {
    @Override
    String what() {
      return "a list of NAME=NETWORK";
    }

    @Override
    List<KnownGateway> parse(String text) {
      var known = new ArrayList<KnownGateway>();
      for (var item : LIST.parse(text)) {
        var equals = item.indexOf('=');
        if (equals < 0 || !Gateways.isName(item.substring(0, equals).strip())) {
          throw new Refused(
              "expected NAME=NETWORK, the name of letters, digits, dots, dashes and underscores");
        }
        try {
          var network = Cidr.of(item.substring(equals + 1).strip());
          known.add(new KnownGateway(item.substring(0, equals).strip(), network));
        } catch (IllegalArgumentException e) {
          throw new Refused(String.valueOf(e.getMessage()));
        }
      }
      return known;
    }

    @Override
    long measure(List<KnownGateway> value) {
      return value.size();
    }

    @Override
    long bound(String text) {
      return Long.parseLong(text);
    }
  }

  private static final class ControlNames extends ValueType<Controls> {
    @Override
    String what() {
      return "a list of NAME=VALUE, the value from 0 to 255";
    }

    @Override
    Controls parse(String text) {
      var values = new HashMap<String, Integer>();
      for (var item : LIST.parse(text)) {
        var equals = item.indexOf('=');
        var name = item.substring(0, Math.max(0, equals)).strip();
        if (equals < 0 || values.put(name, value(item.substring(equals + 1).strip())) != null) {
          throw new IllegalArgumentException("no pair, or one name twice");
        }
      }
      try {
        return new Controls(values);
      } catch (IllegalArgumentException e) {
        throw new Refused(String.valueOf(e.getMessage()));
      }
    }

    private static Integer value(String text) {
      try {
        return ByteValue.parse(text);
      } catch (NumberFormatException e) {
        throw new Refused(Problem.quoted(text) + " is no number from 0 to 255");
      }
    }
  }

  private static final class UserPolicies extends ValueType<UserPolicy> {
    private static final String LIMIT = "limit:";

    @Override
    String what() {
      return "allow, limit:N or newest-wins";
    }

    @Override
    UserPolicy parse(String text) {
      if (text.startsWith(LIMIT)) {
        return new UserPolicy.AtMost(Integer.parseInt(text.substring(LIMIT.length())));
      }
      return switch (text) {
        case "allow" -> new UserPolicy.Unlimited();
        case "newest-wins" -> new UserPolicy.NewestWins();
        default -> throw new IllegalArgumentException("none of these");
      };
    }
  }

  private static final class ReadableFile extends ValueType<Path> {
    @Override
    String what() {
      return "a file";
    }

    @Override
    Path parse(String text) {
      var file = Path.of(text);
      if (!Files.isRegularFile(file)) {
        throw new Refused("there is no such file");
      }
      if (!Files.isReadable(file)) {
        throw new Refused("this user may not read the file");
      }
      return file;
    }
  }

  private static final class Engines extends ValueType<Config.Engine> {
    private static final Pattern WORD = Pattern.compile("[\\w-]*");

    @Override
    String what() {
      return "memory, or the address of a Redis such as redis://localhost:6379";
    }

    @Override
    Config.Engine parse(String text) {
      if (text.equals("memory")) {
        return new Config.Engine.Memory();
      }
      if (WORD.matcher(text).matches()) {
        throw new IllegalArgumentException("no engine");
      }
      try {
        return new Config.Engine.Redis(RedisAddress.parse(text));
      } catch (IllegalArgumentException e) {
        throw new Refused(String.valueOf(e.getMessage()));
      }
    }

    /** An address may have a password, and that of a wrong address may stand anywhere. */
    @Override
    boolean repeatable(String text) {
      return WORD.matcher(text).matches();
    }

    @Override
    String offTheCommandLine(String text, Config.Engine engine, String variable) {
      return engine instanceof Config.Engine.Redis(var address) && !address.password().isEmpty()
          ? "set redis.password to file:PATH instead, or the whole address by " + variable
          : "";
    }
  }

  private static final class Prefix extends ValueType<String> {
    @Override
    String what() {
      return "letters, digits, dots, dashes, underscores and colons, 64 at most";
    }

    @Override
    String parse(String text) {
      try {
        RedisSettings.checkPrefix(text);
      } catch (IllegalArgumentException e) {
        throw new Refused(String.valueOf(e.getMessage()));
      }
      return text;
    }
  }

  /** The constants of an enum, in small letters and with dashes; an underscore is as good. */
  static final class OneOf<E extends Enum<E>> extends ValueType<E> {
    private final E[] constants;

    OneOf(Class<E> type) {
      constants = type.getEnumConstants();
    }

    @Override
    String what() {
      var names = new StringJoiner(", ");
      for (var constant : constants) {
        names.add(name(constant));
      }
      return names.toString();
    }

    @Override
    E parse(String text) {
      for (var constant : constants) {
        if (name(constant).equals(text.replace('_', '-'))) {
          return constant;
        }
      }
      throw new IllegalArgumentException("none of these");
    }

    static String name(Enum<?> constant) {
      return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
