package io.byssus.client;

import io.byssus.protocol.Command;
import io.byssus.protocol.Json;
import io.byssus.protocol.ServerMessage;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The durable identity that a client holds, as last heard from the server. There is one object for
 * a client, which tells of the present session; before the first connect all is empty. Any thread.
 */
public final class Session {
  private final Client client;
  private final ConnectRequest connectRequest;

  Session(Client client, ConnectRequest connectRequest) {
    this.client = client;
    this.connectRequest = connectRequest;
  }

  /** Names the session; others may know it. */
  public String id() {
    return connectRequest.identity().session();
  }

  /** Who the client is by its token, empty for an anonymous one. */
  public String user() {
    return connectRequest.identity().user();
  }

  /** The node that serves it, for the log. */
  public String node() {
    return connectRequest.identity().node();
  }

  /** Whether the last connect has resumed it. */
  public boolean resumed() {
    return connectRequest.identity().resumed();
  }

  /** How long it outlives a connection. */
  public Duration ttl() {
    return connectRequest.identity().ttl();
  }

  /** Name to JSON text. */
  public Map<String, String> attributes() {
    return connectRequest.identity().attributes();
  }

  /** Names under which the session can be addressed. */
  public Set<String> tags() {
    return connectRequest.identity().tags();
  }

  /**
   * Sets attributes, name to JSON text; {@code null} as text removes one, those that are not named
   * stay.
   */
  public CompletableFuture<Session> set(Map<String, String> attributes) {
    return set(attributes, Optional.empty());
  }

  /** The same, and replaces all tags. */
  public CompletableFuture<Session> set(Map<String, String> attributes, Set<String> tags) {
    return set(attributes, Optional.of(tags));
  }

  private CompletableFuture<Session> set(
      Map<String, String> attributes, Optional<Set<String>> tags) {
    var values = new HashMap<String, Json>();
    attributes.forEach((name, text) -> values.put(name, Client.json(text)));
    return client.ask(
        id -> new Command.SetAttributes(id, values, tags),
        ServerMessage.Attributes.class,
        this::heard);
  }

  /** Asks the server for attributes and tags. */
  public CompletableFuture<Session> refresh() {
    return client.ask(Command.GetAttributes::new, ServerMessage.Attributes.class, this::heard);
  }

  private Session heard(ServerMessage.Attributes said) {
    connectRequest.identity(connectRequest.identity().with(said));
    return this;
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "Session[" + id() + "]";
  }
}
