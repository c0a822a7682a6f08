package io.byssus.protocol;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a client asks for. {@code id} correlates the reply; 0 means that none was given. */
public sealed interface Command {
  long NO_ID = 0;

  /** Longest dedupe id; the server keeps each for minutes. */
  int DEDUPE_CHARS = 128;

  long id();

  /**
   * The first command of a connection: makes a session, or resumes one.
   *
   * @param token the credential, empty when there is none
   * @param positions channel to the position that the client holds; channels that are missing here
   *     resume from the acknowledged position
   * @param inbox offset of the last directed message that the client holds, empty: from the
   *     acknowledged one
   * @param batch whether the client reads several messages, one a line, from one frame
   * @param heartbeatSeconds the ping interval that the client would like, 0: the server's
   */
  record Connect(
      long id,
      String token,
      Optional<Resume> resume,
      Set<String> tags,
      Map<String, Json> attributes,
      Map<String, Position> positions,
      Optional<Long> inbox,
      boolean batch,
      int heartbeatSeconds)
      implements Command {
    public Connect {
      tags = Set.copyOf(tags);
      attributes = Map.copyOf(attributes);
      positions = Map.copyOf(positions);
    }
  }

  /** Proof that a session belongs to the client; the token is a secret. */
  record Resume(String session, String token) {
    @Override
    public String toString() {
      return "Resume[session=" + session + "]";
    }
  }

  /** {@code channel} may be a pattern ({@code news.*}), which takes no position. */
  record Subscribe(long id, String channel, Optional<Position> position) implements Command {}

  record Unsubscribe(long id, String channel) implements Command {}

  /**
   * @param dedupe an id that the session gives this publication, empty for none; repeated within 5
   *     minutes it is published once
   */
  record Publish(long id, String channel, Json data, String dedupe, Durability durability)
      implements Command {}

  /**
   * @param dedupe an id that the session gives this message, empty for none; repeated within 5
   *     minutes, each inbox takes it once
   */
  record Send(long id, Target to, Json data, String dedupe) implements Command {
    /** Without a dedupe id. */
    public Send(long id, Target to, Json data) {
      this(id, to, data, "");
    }
  }

  /** Everything directed up to {@code offset} has been handled and may be forgotten. */
  record AckInbox(long id, long offset) implements Command {}

  /**
   * Everything of {@code channel} up to {@code position} has been handled; a resume without
   * positions starts here.
   */
  record AckChannel(long id, String channel, Position position) implements Command {}

  /**
   * @param attributes new values; {@link Json#NULL} removes one
   * @param tags the whole new set, empty: unchanged
   */
  record SetAttributes(long id, Map<String, Json> attributes, Optional<Set<String>> tags)
      implements Command {
    public SetAttributes {
      attributes = Map.copyOf(attributes);
      tags = tags.map(Set::copyOf);
    }
  }

  record GetAttributes(long id) implements Command {}

  record GetPresence(long id, String channel) implements Command {}

  /**
   * Reads on after a position, or, without one, the newest publications.
   *
   * @param limit how many at most, 0: as many as the server likes
   */
  record GetHistory(long id, String channel, Optional<Position> after, int limit)
      implements Command {}

  /** Ends the session for good, with everything that it holds. */
  record End(long id) implements Command {}

  /** Needs no connect; {@code upperCase} asks for the answer in the same spelling. */
  record Ping(long id, boolean upperCase) implements Command {}

  /** An answer to nothing, taken as a sign of life. */
  record Pong(long id) implements Command {}
}
