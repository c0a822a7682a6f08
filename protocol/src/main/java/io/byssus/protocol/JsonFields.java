package io.byssus.protocol;

import io.byssus.protocol.ServerMessage.HeartbeatNumbers;
import io.byssus.protocol.ServerMessage.Item;
import io.byssus.protocol.ServerMessage.Member;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the values of fields as the protocol's types; a value of another kind ends in {@link
 * Refused} with the name of the field. Objects ignore members that they do not know. For one text,
 * from {@link JsonCodec#fields}.
 */
public final class JsonFields {
  private static final String WHOLE = "a whole number from 0 to " + JsonScanner.WHOLE_MAX;
  private static final String POSITION =
      "an object with epoch (string of at most "
          + Position.EPOCH_CHARS
          + " characters) and offset (whole number)";
  private static final String TARGET = "an object with one of session, user and tag (string)";
  private static final String HEARTBEAT = "an object with seconds (whole numbers)";
  private static final String SENDER = "an object with session and user (strings)";
  private static final String ITEM = "an array of objects with data";
  private static final String MEMBER = "an array of objects with session (string)";

  private final JsonScanner in;

  JsonFields(JsonScanner in) {
    this.in = in;
  }

  /** {@code value}, provided that the field was not there before. */
  public static <T> T once(String field, @Nullable T before, T value) {
    if (before != null) {
      throw Refused.expected(field, "only once");
    }
    return value;
  }

  public static <T> T need(String field, @Nullable T value) {
    if (value == null) {
      throw Refused.missing(field);
    }
    return value;
  }

  public void begin() {
    if (!in.object()) {
      throw new Refused(ErrorCode.MALFORMED, "expected a JSON object");
    }
  }

  public @Nullable String name() {
    return in.name();
  }

  public void skip() {
    in.skip();
  }

  public void finish() {
    in.finish();
  }

  public Json json() {
    return in.raw();
  }

  public String text(String field) {
    return text(field, "a string");
  }

  /** A string that names something. */
  public String word(String field) {
    return word(field, "a string that is not empty");
  }

  public String text(String field, int charsMax) {
    var expected = "a string of at most " + charsMax + " characters";
    var text = text(field, expected);
    if (text.length() > charsMax) {
      throw Refused.expected(field, expected);
    }
    return text;
  }

  public long whole(String field) {
    return whole(field, WHOLE);
  }

  public long whole(String field, long min, long max) {
    var value = in.whole();
    if (value < min || value > max) {
      throw Refused.expected(field, "a whole number from " + min + " to " + max);
    }
    return value;
  }

  public boolean flag(String field) {
    var flag = in.bool();
    if (flag == null) {
      throw Refused.expected(field, "true or false");
    }
    return flag;
  }

  public Position position(String field) {
    object(field, POSITION);
    String epoch = null;
    Long offset = null;
    for (var name = in.name(); name != null; name = in.name()) {
      switch (name) {
        case "epoch" -> epoch = once(field, epoch, word(field, POSITION));
        case "offset" -> offset = once(field, offset, whole(field, POSITION));
        default -> in.skip();
      }
    }
    if (epoch == null || offset == null || epoch.length() > Position.EPOCH_CHARS) {
      throw Refused.expected(field, POSITION);
    }
    return new Position(epoch, offset);
  }

  public Target target(String field) {
    return target(field, false);
  }

  /** A target that says nothing else: a typo in a second name must not widen it. */
  public Target onlyTarget(String field) {
    return target(field, true);
  }

  private Target target(String field, boolean alone) {
    object(field, TARGET);
    Target target = null;
    for (var name = in.name(); name != null; name = in.name()) {
      var read =
          switch (name) {
            case "session" -> new Target.ToSession(word(field, TARGET));
            case "user" -> new Target.ToUser(word(field, TARGET));
            case "tag" -> new Target.ToTag(word(field, TARGET));
            default -> null;
          };
      if (read == null && !alone) {
        in.skip();
      } else if (read == null || target != null) {
        throw Refused.expected(field, TARGET);
      } else {
        target = read;
      }
    }
    if (target == null) {
      throw Refused.expected(field, TARGET);
    }
    return target;
  }

  public Set<String> words(String field) {
    var expected = "an array of strings that are not empty";
    array(field, expected);
    var words = new LinkedHashSet<String>();
    while (in.element()) {
      words.add(word(field, expected));
    }
    return words;
  }

  public Map<String, Json> attributes(String field) {
    var expected = "an object that has each name once";
    object(field, expected);
    var attributes = new LinkedHashMap<String, Json>();
    for (var name = in.name(); name != null; name = in.name()) {
      if (attributes.put(name, in.raw()) != null) {
        throw Refused.expected(field, expected);
      }
    }
    return attributes;
  }

  Map<String, Position> positions(String field) {
    var expected = "an object that has each channel once";
    object(field, expected);
    var positions = new LinkedHashMap<String, Position>();
    for (var name = in.name(); name != null; name = in.name()) {
      if (positions.put(name, position(field)) != null) {
        throw Refused.expected(field, expected);
      }
    }
    return positions;
  }

  /** The interval in seconds that a client wishes for. */
  int interval(String field) {
    return heartbeat(field).intervalSeconds();
  }

  HeartbeatNumbers heartbeat(String field) {
    object(field, HEARTBEAT);
    Integer interval = null;
    Integer timeout = null;
    for (var name = in.name(); name != null; name = in.name()) {
      switch (name) {
        case "interval" -> interval = once(field, interval, seconds(field));
        case "timeout" -> timeout = once(field, timeout, seconds(field));
        default -> in.skip();
      }
    }
    return new HeartbeatNumbers(interval == null ? 0 : interval, timeout == null ? 0 : timeout);
  }

  Sender sender(String field) {
    object(field, SENDER);
    String user = null;
    String session = null;
    for (var name = in.name(); name != null; name = in.name()) {
      switch (name) {
        case "user" -> user = once(field, user, text(field, SENDER));
        case "session" -> session = once(field, session, text(field, SENDER));
        default -> in.skip();
      }
    }
    if (session == null) {
      throw Refused.expected(field, SENDER);
    }
    return new Sender(user == null ? "" : user, session);
  }

  List<Item> items(String field) {
    array(field, ITEM);
    var items = new ArrayList<Item>();
    while (in.element()) {
      items.add(item(field));
    }
    return items;
  }

  private Item item(String field) {
    object(field, ITEM);
    Long offset = null;
    Json data = null;
    Sender from = null;
    for (var name = in.name(); name != null; name = in.name()) {
      switch (name) {
        case "offset" -> offset = once(field, offset, whole(field, ITEM));
        case "data" -> data = once(field, data, in.raw());
        case "from" -> from = once(field, from, sender(field));
        default -> in.skip();
      }
    }
    if (data == null) {
      throw Refused.expected(field, ITEM);
    }
    return new Item(offset == null ? 0 : offset, data, Optional.ofNullable(from));
  }

  List<Member> members(String field) {
    array(field, MEMBER);
    var members = new ArrayList<Member>();
    while (in.element()) {
      members.add(member(field));
    }
    return members;
  }

  private Member member(String field) {
    object(field, MEMBER);
    String session = null;
    String user = null;
    Map<String, Json> attributes = null;
    for (var name = in.name(); name != null; name = in.name()) {
      switch (name) {
        case "session" -> session = once(field, session, text(field, MEMBER));
        case "user" -> user = once(field, user, text(field, MEMBER));
        case "attributes" -> attributes = once(field, attributes, attributes(field));
        default -> in.skip();
      }
    }
    if (session == null) {
      throw Refused.expected(field, MEMBER);
    }
    return new Member(
        session, user == null ? "" : user, attributes == null ? Map.of() : attributes);
  }

  private int seconds(String field) {
    var value = in.whole();
    if (value < 1 || value > Integer.MAX_VALUE) {
      throw Refused.expected(field, HEARTBEAT);
    }
    return (int) value;
  }

  private String text(String field, String expected) {
    var text = in.string();
    if (text == null) {
      throw Refused.expected(field, expected);
    }
    return text;
  }

  private String word(String field, String expected) {
    var word = text(field, expected);
    if (word.isEmpty()) {
      throw Refused.expected(field, expected);
    }
    return word;
  }

  private long whole(String field, String expected) {
    var value = in.whole();
    if (value == JsonScanner.NONE) {
      throw Refused.expected(field, expected);
    }
    return value;
  }

  private void object(String field, String expected) {
    if (!in.object()) {
      throw Refused.expected(field, expected);
    }
  }

  private void array(String field, String expected) {
    if (!in.array()) {
      throw Refused.expected(field, expected);
    }
  }
}
