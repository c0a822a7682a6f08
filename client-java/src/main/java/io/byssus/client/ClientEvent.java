package io.byssus.client;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What happens to a client; {@link Client#on} adds a handler. */
public sealed interface ClientEvent {
  /**
   * The state has changed.
   *
   * @param reason why, for the log; may be empty
   * @param code the close code (section 17 of the protocol), 0 when there is none
   * @param delay how long it waits, when it is {@link ClientState#WAITING}; else zero
   * @param attempt the how-manieth try since it was last connected, 0 when it is
   */
  record StateChanged(ClientState state, String reason, int code, Duration delay, int attempt)
      implements ClientEvent {}

  /** There is a connection; {@code resumed}: the session is one that was there before. */
  record Connected(String session, String node, boolean resumed) implements ClientEvent {}

  /** The session was gone, and a new one is being made. Subscriptions are made again. */
  record Expired() implements ClientEvent {}

  /** Three tries in a row have failed. The client goes on trying; once in an outage. */
  record Fault(int attempts, String reason) implements ClientEvent {}

  /** The node cannot reach its engine, or can again. */
  record Degraded(boolean active) implements ClientEvent {}

  /**
   * The server has subscribed the session to a channel to which the program has not subscribed. Its
   * messages wait for the first handler of {@code subscription}, which {@link Client#subscribe}
   * gives as well.
   */
  record SubscribedByServer(Subscription subscription) implements ClientEvent {}

  /**
   * Somebody else has changed the attributes or tags of the session. These are all of them.
   *
   * @param attributes name to JSON text
   */
  record AttributesChanged(Map<String, String> attributes, Set<String> tags)
      implements ClientEvent {
    /** Copies them. */
    public AttributesChanged {
      attributes = Map.copyOf(attributes);
      tags = Set.copyOf(tags);
    }
  }

  /** An error that belongs to no command. */
  record Notice(String code, String message) implements ClientEvent {}

  /** The client is closed; empty when the program has closed it. */
  record Closed(Optional<ByssusException> why) implements ClientEvent {}
}
