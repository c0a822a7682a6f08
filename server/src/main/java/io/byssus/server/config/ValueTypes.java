package io.byssus.server.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** The type of each type that a key can have. */
public final class ValueTypes {
  public static final ValueType<Integer> COUNT = new Count();
  public static final ValueType<ByteSize> SIZE = new Sizes();
  public static final ValueType<Duration> DURATION = new Times();
  public static final ValueType<Boolean> SWITCH = new Switch();
  public static final ValueType<String> TEXT = new Text();
  public static final ValueType<List<String>> LIST = new Items();
  public static final ValueType<Secret> SECRET = new SecretType();
  public static final ValueType<Path> FILE = new ReadableFile();

  private ValueTypes() {}

  private static final class Count extends ValueType<Integer> {
    @Override
    public String what() {
      return "a whole number";
    }

    @Override
    public Integer parse(String text) {
      return Integer.valueOf(text);
    }

    @Override
    public long measure(Integer value) {
      return value;
    }
  }

  private static final class Sizes extends ValueType<ByteSize> {
    @Override
    public String what() {
      return "a size such as 512B, 64KiB or 1MiB";
    }

    @Override
    public ByteSize parse(String text) {
      return ByteSize.parse(text);
    }

    @Override
    public long measure(ByteSize value) {
      return value.bytes();
    }
  }

  private static final class Times extends ValueType<Duration> {
    @Override
    public String what() {
      return "a duration such as 1500ms, 30s or 2m";
    }

    @Override
    public Duration parse(String text) {
      return Durations.parse(text);
    }

    @Override
    public long measure(Duration value) {
      return value.toNanos();
    }
  }

  private static final class Switch extends ValueType<Boolean> {
    @Override
    public String what() {
      return "true or false";
    }

    @Override
    public Boolean parse(String text) {
      return switch (text) {
        case "true" -> true;
        case "false" -> false;
        default -> throw new IllegalArgumentException("neither");
      };
    }
  }

  private static final class Text extends ValueType<String> {
    @Override
    public String what() {
      return "a text";
    }

    @Override
    public String parse(String text) {
      return text;
    }

    @Override
    public long measure(String value) {
      return value.length();
    }

    @Override
    public long bound(String text) {
      return Long.parseLong(text);
    }
  }

  private static final class Items extends ListType<String> {
    @Override
    public String what() {
      return "a list";
    }

    @Override
    public List<String> parse(String text) {
      var items = new ArrayList<String>();
      for (var item : text.split(",", -1)) {
        if (!item.isBlank()) {
          items.add(item.strip());
        }
      }
      return items;
    }
  }

  private static final class ReadableFile extends ValueType<Path> {
    @Override
    public String what() {
      return "a file";
    }

    @Override
    public Path parse(String text) {
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

  /** The constants of an enum, in small letters and with dashes; an underscore is as good. */
  static final class OneOf<E extends Enum<E>> extends ValueType<E> {
    private final E[] constants;

    OneOf(Class<E> type) {
      constants = type.getEnumConstants();
    }

    @Override
    public String what() {
      var names = new StringJoiner(", ");
      for (var constant : constants) {
        names.add(name(constant));
      }
      return names.toString();
    }

    @Override
    public E parse(String text) {
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
