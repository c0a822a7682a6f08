package io.byssus.protocol;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a server says: a reply, which carries the id of its command, or a push, which has none. */
public sealed interface ServerMessage {
  /** Of the command that this answers; {@link Command#NO_ID} in a push. */
  default long id() {
    return Command.NO_ID;
  }

  /**
   * @param resume the secret with which to resume this session; the one before stays valid until
   *     this one is used
   * @param user empty for an anonymous session
   * @param ttlSeconds how long the session outlives its connection
   * @param maxMessage bytes of the longest message that the server takes, batches included; 0: it
   *     does not tell
   */
  record Connected(
      long id,
      String session,
      String resume,
      String user,
      String node,
      boolean resumed,
      long ttlSeconds,
      HeartbeatNumbers heartbeat,
      int maxMessage)
      implements ServerMessage {
    @Override
    public String toString() {
      return "Connected[id=" + id + ", session=" + session + ", resumed=" + resumed + "]";
    }
  }

  /** The heartbeat in force, in seconds. */
  record HeartbeatNumbers(int intervalSeconds, int timeoutSeconds) {}

  /**
   * Reply to subscribe; after a resume also a push (id 0) for each restored subscription.
   *
   * @param position where the client stands once {@code missed} messages have followed, which are
   *     said with a complete recovery only; empty for patterns and ephemeral channels
   * @param by who made the subscription: {@link #SERVER}, or empty: the client
   */
  record Subscribed(
      long id,
      String channel,
      Optional<Position> position,
      Recovery recovery,
      int missed,
      String by)
      implements ServerMessage {
    public static final String SERVER = "server";

    /** Made by the client. */
    public Subscribed(
        long id, String channel, Optional<Position> position, Recovery recovery, int missed) {
      this(id, channel, position, recovery, missed, "");
    }

    /** Whether somebody else than the client has made it, who alone may end it. */
    public boolean byServer() {
      return !by.isEmpty();
    }
  }

  record Unsubscribed(long id, String channel) implements ServerMessage {}

  /**
   * @param pattern the pattern through which it came, empty for a plain subscription
   */
  record Message(String channel, String pattern, Item item) implements ServerMessage {}

  /** One item of a stream as clients see it; offset 0: not kept, it has no place. */
  record Item(long offset, Json data, Optional<Sender> from) {}

  /**
   * @param position empty on ephemeral channels; {@code duplicate}: this dedupe id was published
   *     before, there
   */
  record Published(long id, Optional<Position> position, Durability level, boolean duplicate)
      implements ServerMessage {}

  /**
   * @param sessions how many sessions have it (at least one)
   * @param full how many could not take it, their inbox being full
   * @param duplicate whether all that have it had it already, by its dedupe id
   */
  record Sent(long id, int sessions, int full, boolean duplicate) implements ServerMessage {
    /** Not a duplicate. */
    public Sent(long id, int sessions, int full) {
      this(id, sessions, full, false);
    }
  }

  record Direct(Item item) implements ServerMessage {}

  record Acked(long id) implements ServerMessage {}

  /** Reply to set and get; also a push (id 0), when somebody else has changed them. */
  record Attributes(long id, Map<String, Json> attributes, Set<String> tags)
      implements ServerMessage {
    public Attributes {
      attributes = Map.copyOf(attributes);
      tags = Set.copyOf(tags);
    }
  }

  /**
   * Who is in a channel, by session.
   *
   * @param total how many there are, told or not
   */
  record Presence(long id, String channel, int total, List<Member> members)
      implements ServerMessage {
    public Presence {
      members = List.copyOf(members);
    }
  }

  /** One who is in a channel, with those attributes that the namespace shows. */
  record Member(String session, String user, Map<String, Json> attributes) {
    public Member {
      attributes = Map.copyOf(attributes);
    }
  }

  /**
   * @param top the newest position of the channel; the page may end before it
   */
  record History(long id, String channel, Position top, Recovery recovery, List<Item> items)
      implements ServerMessage {
    public History {
      items = List.copyOf(items);
    }
  }

  record Ended(long id) implements ServerMessage {}

  record Pong(long id, boolean upperCase) implements ServerMessage {}

  /**
   * Something was lost on a live subscription, or, with an empty channel, of the directed messages.
   *
   * @param position the place before the first message that follows
   */
  record Missed(String channel, Gap reason, Optional<Position> position) implements ServerMessage {}

  /** The node cannot reach its engine (or can again): connections stay, nothing is acknowledged. */
  record Degraded(boolean active) implements ServerMessage {}

  /** Please come back elsewhere, after {@code afterMs} milliseconds. */
  record Reconnect(long afterMs, String reason) implements ServerMessage {}

  /** {@code id} 0 when the command could not be read. */
  record Failed(long id, ErrorCode code, String message) implements ServerMessage {}
}
