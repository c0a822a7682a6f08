package io.byssus.client;

import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.Json;
import io.byssus.protocol.ServerMessage;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What a client says first on a connection, and who it is by the answer. Confined to the lane. */
final class ConnectRequest {
  private final URI server;
  private final TokenProvider token;
  private final Map<String, String> attributes;
  private final Set<String> tags;
  private final HeartbeatWish heartbeat;
  private final Subscriptions subscriptions;
  private final Inbox inbox;

  /** Read by any thread. */
  private volatile Identity identity = Identity.NONE;

  ConnectRequest(
      URI server,
      TokenProvider token,
      Map<String, String> attributes,
      Set<String> tags,
      HeartbeatWish heartbeat,
      Subscriptions subscriptions,
      Inbox inbox) {
    this.server = server;
    this.token = token;
    this.attributes = Map.copyOf(attributes);
    this.tags = Set.copyOf(tags);
    this.heartbeat = heartbeat;
    this.subscriptions = subscriptions;
    this.inbox = inbox;
  }

  URI server() {
    return server;
  }

  Identity identity() {
    return identity;
  }

  void identity(Identity now) {
    identity = now;
  }

  boolean resumes() {
    return identity.known();
  }

  void nextToken(BiConsumer<@Nullable String, @Nullable Throwable> then) {
    token.next(then);
  }

  boolean mayTryAnotherToken() {
    return token.refused();
  }

  Command command(long id, String withToken) {
    var resume = identity.proof();
    return new Command.Connect(
        id,
        withToken,
        resume,
        resume.isPresent() ? Set.of() : tags,
        resume.isPresent() ? Map.of() : jsons(attributes),
        resume.isPresent() ? subscriptions.positions() : Map.of(),
        resume.flatMap(_1 -> received()),
        true,
        heartbeat.askedSeconds());
  }

  private Optional<Long> received() {
    var offset = inbox.received();
    return offset.isPresent() ? Optional.of(offset.getAsLong()) : Optional.empty();
  }

  private static Map<String, Json> jsons(Map<String, String> texts) {
    var jsons = new HashMap<String, Json>();
    texts.forEach((name, text) -> jsons.put(name, Calls.json(text)));
    return jsons;
  }

  void accepted(ServerMessage.Connected said) {
    token.accepted();
    identity = identity.connected(said, attributes, tags);
    inbox.session(said.session());
  }

  /** The session is gone; the positions stay. */
  void forget() {
    identity = Identity.NONE;
  }

  /** Whether a close with this code means that the session is of no use to us any more. */
  boolean endsSession(int code) {
    return code == CloseCode.FORBIDDEN.code()
        || code == CloseCode.TAKEN_OVER.code()
        || code == CloseCode.REPLACED.code()
        || code == CloseCode.ENDED.code();
  }
}
