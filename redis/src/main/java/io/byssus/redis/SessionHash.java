package io.byssus.redis;

import io.byssus.core.session.FoundSession;
import io.byssus.core.session.Lease;
import io.byssus.core.session.ResumeTokens;
import io.byssus.core.session.SessionList.Row;
import io.byssus.core.session.StoredSession;
import io.byssus.core.session.TokenHash;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The Hash of one session, read: {@code lib-session.lua} tells the fields. */
final class SessionHash {
  static final String ATTRIBUTE = "a";
  static final String SUBSCRIPTION = "c";
  static final String BY_SERVER = "b";
  static final String TAGS = "g";

  /** What {@code page.lua} replies of each session, after its id. */
  private static final List<String> ROW_FIELDS = List.of("u", TAGS, "o", "t", "d", "x");

  private static final int ROW_PARTS = 1 + ROW_FIELDS.size();

  private final Map<String, Json> attributes = new HashMap<>();
  private final Map<String, Optional<Position>> subscriptions = new HashMap<>();
  private final Set<String> byServer = new HashSet<>();
  private String user = "";
  private TokenHash used = TokenHash.NONE;
  private List<TokenHash> handedOut = List.of();
  private Set<String> tags = Set.of();
  private long acknowledged;
  private String owner = "";
  private long term;
  private boolean attached;
  private long untilMs;

  private SessionHash() {}

  /** Of field, value, … */
  static SessionHash of(List<Object> fields) {
    var hash = new SessionHash();
    for (int i = 0; i < fields.size(); i += 2) {
      hash.read(Redis.text(fields.get(i)), Redis.bytes(fields.get(i + 1)));
    }
    hash.byServer.retainAll(hash.subscriptions.keySet());
    return hash;
  }

  private void read(String field, byte[] value) {
    switch (field) {
      case "u" -> user = Packed.text(value);
      case "o" -> owner = Packed.text(value);
      case "t" -> term = number(value);
      case "d" -> attached = Packed.text(value).equals("0");
      case "x" -> untilMs = number(value);
      case "ru" -> used = TokenHash.stored(value);
      case "rh" -> handedOut = hashes(value);
      case TAGS -> tags = Set.copyOf(Packed.strings(value));
      case "ia" -> acknowledged = number(value);
      default -> {
        if (field.startsWith(ATTRIBUTE)) {
          attributes.put(field.substring(1), Json.wrap(value));
        } else if (field.startsWith(SUBSCRIPTION)) {
          subscriptions.put(field.substring(1), position(Packed.text(value)));
        } else if (field.startsWith(BY_SERVER)) {
          byServer.add(field.substring(1));
        }
      }
    }
  }

  private static long number(byte[] value) {
    return Long.parseLong(Packed.text(value));
  }

  private static List<TokenHash> hashes(byte[] joined) {
    var hashes = new ArrayList<TokenHash>();
    for (int at = 0; at < joined.length; at += TokenHash.BYTES) {
      hashes.add(TokenHash.stored(Arrays.copyOfRange(joined, at, at + TokenHash.BYTES)));
    }
    return hashes;
  }

  /** {@code OFFSET EPOCH}, or nothing: the epoch may be any text. */
  private static Optional<Position> position(String text) {
    var space = text.indexOf(' ');
    return space < 0
        ? Optional.empty()
        : Optional.of(
            new Position(text.substring(space + 1), Long.parseLong(text.substring(0, space))));
  }

  StoredSession stored(String session) {
    var tokens = new ResumeTokens(used, handedOut);
    return new StoredSession(
        session, user, tokens, attributes, tags, subscriptions, byServer, acknowledged);
  }

  /**
   * @param nowMs when it was read
   */
  FoundSession found(String session, long nowMs) {
    return new FoundSession(
        session, user, attributes, tags, subscriptions, byServer, holder(session), left(nowMs));
  }

  private Optional<Lease> holder(String session) {
    return attached ? Optional.of(new Lease(session, Keys.owner(owner), term)) : Optional.empty();
  }

  private Optional<Duration> left(long nowMs) {
    return attached ? Optional.empty() : Optional.of(Duration.ofMillis(untilMs - nowMs));
  }

  /** What {@code page.lua} replies of sessions. */
  static List<Row> rows(List<Object> reply) {
    var parts = Redis.list(reply.get(3));
    var nowMs = Long.parseLong(Redis.text(reply.get(4)));
    var rows = new ArrayList<Row>();
    for (int i = 0; i < parts.size(); i += ROW_PARTS) {
      var hash = new SessionHash();
      for (int field = 1; field < ROW_PARTS; field++) {
        hash.read(ROW_FIELDS.get(field - 1), Redis.bytes(parts.get(i + field)));
      }
      var id = Keys.name(Redis.text(parts.get(i)));
      rows.add(new Row(id, hash.user, hash.tags, hash.holder(id), hash.left(nowMs)));
    }
    return rows;
  }

  /** Field and value of each that is there. */
  static void addAttributes(List<Object> args, Map<String, Json> attributes) {
    attributes.forEach((name, value) -> {
      if (!value.isNull()) {
        args.add(ATTRIBUTE + name);
        args.add(value.utf8());
      }
    });
  }

  static String text(Position position) {
    return position.offset() + " " + position.epoch();
  }

  /** All that is kept of a subscription. */
  static List<String> fields(String channel) {
    return List.of(SUBSCRIPTION + channel, BY_SERVER + channel);
  }

  static byte[] joined(List<TokenHash> hashes) {
    var joined = ByteBuffer.allocate(hashes.size() * TokenHash.BYTES);
    hashes.forEach(hash -> joined.put(hash.sha256()));
    return joined.array();
  }
}
