package io.byssus.api;

import io.swagger.v3.oas.models.media.Schema;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * JSON texts that a schema of the description allows, and such that it does not. A value is a map,
 * a list, a {@link Text} or a string of JSON.
 */
final class GeneratedJson {
  /** What stands between quotation marks, not yet escaped. */
  record Text(String text) {}

  private static final List<String> WORDS =
      List.of(
          "a",
          "ticks.a",
          "news.today",
          "ann",
          "s1",
          "..",
          ".",
          "a/b",
          "a//b",
          "a?b=c&d#e",
          "a;b=c",
          "%00",
          "%2e%2e",
          "{x}",
          "日本",
          "\uD83D\uDE00",
          "e\u0301",
          "\u202Eevil",
          "a\u0000b",
          "\u0007",
          "\u2028",
          "\uFEFF",
          "\uFFFF",
          "a b",
          "'\"\\",
          "<script>",
          "${x}",
          "\r\nX: y");

  private static final List<String> NUMBERS =
      List.of("0", "-1", "9007199254740993", "-0", "1e400", "1E-400", "0.1", "9".repeat(300));

  private final Description description;
  private final Random random;

  GeneratedJson(Description description, Random random) {
    this.description = description;
    this.random = random;
  }

  String word() {
    return switch (random.nextInt(8)) {
      case 0 -> "x".repeat(1 + random.nextInt(300));
      case 1 -> new String(Character.toChars(point()));
      default -> WORDS.get(random.nextInt(WORDS.size()));
    };
  }

  /** Of any plane, but no half of a pair. */
  private int point() {
    var point = random.nextInt(Character.MAX_CODE_POINT + 1);
    return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE ? 'x' : point;
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  // What is allowed.

  Object good(Schema<?> named) {
    var schema = description.whole(named);
    if (schema.getEnum() != null) {
      return new Text(one(schema.getEnum()).toString());
    }
    return switch (type(schema)) {
      case "object" -> isOpen(schema) ? Map.of(word(), anything(2)) : object(schema);
      case "boolean" -> one(List.of("true", "false"));
      case "array" -> array(schema);
      case "string" -> new Text(string(schema));
      case "integer" -> Integer.toString(whole(schema));
      default -> anything(3);
    };
  }

  /** Takes members of all names. */
  private static boolean isOpen(Schema<?> schema) {
    return Boolean.TRUE.equals(schema.getAdditionalProperties());
  }

  static String type(Schema<?> schema) {
    return schema.getTypes() == null ? "any" : schema.getTypes().iterator().next();
  }

  int whole(Schema<?> schema) {
    var least = schema.getMinimum() == null ? 0 : schema.getMinimum().intValue();
    var most = schema.getMaximum() == null ? 1_000 : schema.getMaximum().intValue();
    return least + random.nextInt(most - least + 1);
  }

  String string(Schema<?> schema) {
    if (schema.getPattern() != null) { // there is one: a position
      return "e" + random.nextInt(100) + ":" + random.nextInt(1_000);
    }
    var word = word();
    var most = schema.getMaxLength();
    return most == null || word.length() <= most ? word : word.substring(0, most);
  }

  private Object object(Schema<?> schema) {
    var properties = new ArrayList<>(schema.getProperties().keySet());
    var required = new ArrayList<String>();
    if (schema.getRequired() != null) {
      required.addAll(schema.getRequired());
    }
    if (schema.getOneOf() != null) {
      var others = new ArrayList<>(schema.getOneOf());
      required.addAll(others.remove(random.nextInt(others.size())).getRequired());
      others.forEach(other -> properties.removeAll(other.getRequired()));
    }
    var single = schema.getMaxProperties() != null && schema.getMaxProperties() == 1;
    if (single) {
      required.add(one(properties));
    }
    var least = schema.getMinProperties() != null && required.isEmpty();
    if (least) {
      required.add(one(properties));
    }
    var made = new LinkedHashMap<String, Object>();
    for (var name : properties) {
      if (required.contains(name) || !single && random.nextInt(3) == 0) {
        made.put(name, good(schema.getProperties().get(name)));
      }
    }
    return made;
  }

  private List<Object> array(Schema<?> schema) {
    var most = schema.getMaxItems() == null ? 4 : Math.min(4, schema.getMaxItems());
    var items = new ArrayList<>();
    for (var i = 1 + random.nextInt(most); i > 0; i--) {
      items.add(good(schema.getItems()));
    }
    return items;
  }

  private Object anything(int depth) {
    return switch (random.nextInt(depth == 0 ? 4 : 6)) {
      case 0 -> one(NUMBERS);
      case 1 -> one(List.of("true", "false", "null"));
      case 2, 3 -> new Text(word());
      case 4 -> List.of(anything(depth - 1), anything(depth - 1));
      default -> Map.of(word(), anything(depth - 1));
    };
  }

  // What is not.

  /** Of a body that is an object: one thing in it is wrong. */
  byte[] bad(Schema<?> named) {
    var schema = description.whole(named);
    @SuppressWarnings("unchecked")
    var made = (Map<String, Object>) good(schema);
    return switch (random.nextInt(schema.getRequired() == null ? 1 : 0, 8)) {
      case 0 -> {
        made.remove(one(schema.getRequired()));
        yield utf8(made);
      }
      case 1 -> {
        made.put("x" + word(), anything(1));
        yield utf8(made);
      }
      case 2 -> utf8(List.of(made));
      case 3 -> twice(made);
      case 4 -> {
        made.put("data", "[".repeat(100) + "]".repeat(100));
        yield utf8(made);
      }
      case 5 -> {
        made.put("data", "1".repeat(2_000));
        yield utf8(made);
      }
      default -> random.nextBoolean() ? broken(utf8(made)) : utf8(wrongType(schema, made));
    };
  }

  private static byte[] twice(Map<String, Object> made) {
    var text = text(made);
    return (text.substring(0, text.length() - 1) + "," + text.substring(1))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static boolean isTyped(Schema<?> schema) {
    return !type(schema).equals("any") && !isOpen(schema);
  }

  /** A property that has a type gets a value of another, or one that is out of bounds. */
  private Object wrongType(Schema<?> schema, Map<String, Object> made) {
    var typed =
        schema.getProperties().entrySet().stream()
            .filter(property -> isTyped(description.whole(property.getValue())))
            .map(Map.Entry::getKey)
            .toList();
    var name = one(typed);
    var of = description.whole(schema.getProperties().get(name));
    made.put(
        name,
        switch (random.nextInt(5)) {
          case 0 -> "null";
          case 1 -> one(NUMBERS);
          case 2 -> type(of).equals("object") ? Map.of() : Map.of("x", anything(1));
          case 3 ->
              switch (type(of)) {
                case "array" -> of.getMinItems() == null ? List.of("1") : List.of();
                case "object" ->
                    Map.of("user", new Text("ann"), one(List.of("tag", "x")), new Text("vip"));
                default ->
                    of.getEnum() == null && of.getMaxLength() == null
                        ? new Text("")
                        : new Text("x".repeat(129));
              };
          default -> type(of).equals("array") ? new Text("a") : List.of(new Text("a"));
        });
    return made;
  }

  /** No JSON any more. */
  private byte[] broken(byte[] json) {
    var out = new ByteArrayOutputStream();
    switch (random.nextInt(8)) {
      case 0 -> out.write(json, 0, random.nextInt(json.length));
      case 1 -> {
        out.writeBytes(json);
        out.writeBytes(
            one(List.of("x", "{}", "]", ",", "\u0000")).getBytes(StandardCharsets.UTF_8));
      }
      case 2 -> out.writeBytes("\uFEFF{}".getBytes(StandardCharsets.UTF_8));
      case 3 ->
          out.writeBytes(
              new String(json, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_16));
      case 4 -> { // not UTF-8, within a string
        out.writeBytes("{\"dedupe\":\"".getBytes(StandardCharsets.US_ASCII));
        out.write(0xC0);
        out.write(0xAF);
        out.writeBytes("\",".getBytes(StandardCharsets.US_ASCII));
        out.write(json, 1, json.length - 1);
      }
      case 5 -> {
        out.writeBytes("{\"dedupe\":\"\n\",".getBytes(StandardCharsets.US_ASCII));
        out.write(json, 1, json.length - 1);
      }
      case 6 ->
          out.writeBytes(
              one(List.of(
                      "{'channel':'a','data':1}",
                      "{\"channel\":\"a\",\"data\":NaN}",
                      "{\"channel\":\"a\",\"data\":01}",
                      "{\"channel\":\"a\",\"data\":1,}",
                      "{\"channel\":\"\\uD800\",\"data\":1}",
                      "{\"channel\":\"a\",\"data\":1/*x*/}",
                      "{\"channel\":\"a\",\"data\":\"\\x\"}",
                      "[".repeat(100_000)))
                  .getBytes(StandardCharsets.US_ASCII));
      default -> {}
    }
    return out.toByteArray();
  }

  // As text.

  static byte[] utf8(Object value) {
    return text(value).getBytes(StandardCharsets.UTF_8);
  }

  private static String text(Object value) {
    return switch (value) {
      case Map<?, ?> members -> {
        var parts = new ArrayList<String>();
        members.forEach((name, member) -> parts.add(quoted((String) name) + ":" + text(member)));
        yield "{" + String.join(",", parts) + "}";
      }
      case List<?> items ->
          "[" + String.join(",", items.stream().map(GeneratedJson::text).toList()) + "]";
      case Text(var text) -> quoted(text);
      default -> value.toString();
    };
  }

  private static String quoted(String text) {
    var out = new StringBuilder("\"");
    for (var c : text.toCharArray()) {
      if (c < ' ') {
        out.append(String.format("\\u%04x", (int) c));
      } else if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }
}
