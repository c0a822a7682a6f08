package io.byssus.client;

import io.byssus.protocol.ServerMessage;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The durable identity that a client holds, as last heard from the server. There is one object for
 * a client, which shows the present session; before the first connect all is empty. Any thread.
 */
public final class Session {
  private final ConnectRequest connectRequest;
  private final DataCodec values;
  private final Supplier<Calls> calls;

  Session(ConnectRequest connectRequest, DataCodec values, Supplier<Calls> calls) {
    this.connectRequest = connectRequest;
    this.values = values;
    this.calls = calls;
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

  /** One attribute as a value, which {@link ClientBuilder#codec} makes of its JSON. */
  public <T> Optional<T> attribute(String name, Class<T> type) {
    return Optional.ofNullable(attributes().get(name)).map(json -> values.fromJson(json, type));
  }

  /**
   * Sets attributes, name to JSON text; {@code null} as text removes one, those that are not named
   * stay.
   */
  public CompletableFuture<Session> set(Map<String, String> attributes) {
    return calls.get().set(attributes);
  }

  /** The same, and replaces all tags. */
  public CompletableFuture<Session> set(Map<String, String> attributes, Set<String> tags) {
    return calls.get().set(attributes, tags);
  }

  /** Sets attributes to what {@link ClientBuilder#codec} makes of the values. */
  public CompletableFuture<Session> setValues(Map<String, ?> attributes) {
    return calls.get().setValues(attributes);
  }

  /** Asks the server for attributes and tags. */
  public CompletableFuture<Session> refresh() {
    return calls.get().refresh();
  }

  Session update(ServerMessage.Attributes said) {
    connectRequest.identity(connectRequest.identity().with(said));
    return this;
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "Session[" + id() + "]";
  }
}
