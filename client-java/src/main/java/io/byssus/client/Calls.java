package io.byssus.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.byssus.protocol.Command;
import io.byssus.protocol.Json;
import io.byssus.protocol.JsonCodec;
import io.byssus.protocol.Position;
import io.byssus.protocol.ServerMessage;
import io.byssus.protocol.Target;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.LongFunction;

/**
 * What a program asks of the server, with one deadline for each call: {@link Client#within} gives
 * one. A call that has no answer at its deadline fails, and is not sent afterwards: with {@code
 * timeout} when it was surely not done, with {@code unknown} when it may have been. The time that
 * it waits for a connection counts.
 *
 * <p>Any thread may call. Futures fail with a {@link ByssusException}.
 */
public final class Calls {
  private static final JsonCodec CHECKER = new JsonCodec();

  private final CallQueues queues;
  private final DataCodec values;
  private final Session session;
  private final Connector connector;
  private final Optional<Duration> deadline;

  Calls(
      CallQueues queues,
      DataCodec values,
      Session session,
      Connector connector,
      Optional<Duration> deadline) {
    this.queues = queues;
    this.values = values;
    this.session = session;
    this.connector = connector;
    this.deadline = deadline;
  }

  Calls within(Duration time) {
    if (time.isNegative() || time.isZero()) {
      throw new IllegalArgumentException("a deadline lies ahead; got " + time);
    }
    return new Calls(queues, values, session, connector, Optional.of(time));
  }

  // Publications.

  /** As {@link Client#publish(String, String)}. */
  public CompletableFuture<Published> publish(String channel, String json) {
    return publish(channel, json, PublishOptions.DEFAULTS);
  }

  /** As {@link Client#publish(String, String, PublishOptions)}. */
  public CompletableFuture<Published> publish(String channel, String json, PublishOptions options) {
    requireNonNull(channel);
    var data = json(json);
    var dedupe = queues.dedupe(options.dedupe());
    return queues.outbox(
        id -> new Command.Publish(id, channel, data, dedupe, options.durability()),
        ServerMessage.Published.class,
        Messages::published,
        deadline);
  }

  /** As {@link Client#publishValue(String, Object)}. */
  public CompletableFuture<Published> publishValue(String channel, Object value) {
    return publish(channel, values.toJson(value));
  }

  /** As {@link Client#publishValue(String, Object, PublishOptions)}. */
  public CompletableFuture<Published> publishValue(
      String channel, Object value, PublishOptions options) {
    return publish(channel, values.toJson(value), options);
  }

  // Directed messages.

  /** As {@link Client#send(Target, String)}. */
  public CompletableFuture<Sent> send(Target to, String json) {
    return send(to, json, SendOptions.DEFAULTS);
  }

  /** As {@link Client#send(Target, String, SendOptions)}. */
  public CompletableFuture<Sent> send(Target to, String json, SendOptions options) {
    requireNonNull(to);
    var data = json(json);
    var dedupe = queues.dedupe(options.dedupe());
    return queues.outbox(
        id -> new Command.Send(id, to, data, dedupe),
        ServerMessage.Sent.class,
        said -> new Sent(said.sessions(), said.full(), said.duplicate()),
        deadline);
  }

  /** As {@link Client#sendValue(Target, Object)}. */
  public CompletableFuture<Sent> sendValue(Target to, Object value) {
    return send(to, values.toJson(value));
  }

  /** As {@link Client#sendValue(Target, Object, SendOptions)}. */
  public CompletableFuture<Sent> sendValue(Target to, Object value, SendOptions options) {
    return send(to, values.toJson(value), options);
  }

  // Reads.

  /** As {@link Client#presence}. */
  public CompletableFuture<Members> presence(String channel) {
    requireNonNull(channel);
    return read(
        id -> new Command.GetPresence(id, channel),
        ServerMessage.Presence.class,
        Messages::members);
  }

  /** As {@link Client#history(String, int)}. */
  public CompletableFuture<Page> history(String channel, int limit) {
    return history(channel, Optional.empty(), limit);
  }

  /** As {@link Client#history(String, Position, int)}. */
  public CompletableFuture<Page> history(String channel, Position after, int limit) {
    return history(channel, Optional.of(after), limit);
  }

  private CompletableFuture<Page> history(String channel, Optional<Position> after, int limit) {
    requireNonNull(channel);
    return read(
        id -> new Command.GetHistory(id, channel, after, limit),
        ServerMessage.History.class,
        Messages::page);
  }

  // The session.

  /** As {@link Session#set(Map)}. */
  public CompletableFuture<Session> set(Map<String, String> attributes) {
    return set(attributes, Optional.empty());
  }

  /** As {@link Session#set(Map, Set)}. */
  public CompletableFuture<Session> set(Map<String, String> attributes, Set<String> tags) {
    return set(attributes, Optional.of(tags));
  }

  /** As {@link Session#setValues}. */
  public CompletableFuture<Session> setValues(Map<String, ?> attributes) {
    var texts = new HashMap<String, String>();
    attributes.forEach((name, value) -> texts.put(name, values.toJson(value)));
    return set(texts);
  }

  private CompletableFuture<Session> set(
      Map<String, String> attributes, Optional<Set<String>> tags) {
    var jsons = new HashMap<String, Json>();
    attributes.forEach((name, text) -> jsons.put(name, json(text)));
    return read(
        id -> new Command.SetAttributes(id, jsons, tags),
        ServerMessage.Attributes.class,
        session::update);
  }

  /** As {@link Session#refresh}. */
  public CompletableFuture<Session> refresh() {
    return read(Command.GetAttributes::new, ServerMessage.Attributes.class, session::update);
  }

  /** As {@link Client#end}. */
  public CompletableFuture<Void> end() {
    queues.lane().execute(connector::ending);
    return read(Command.End::new, ServerMessage.Ended.class, _1 -> true)
        .handle((_1, failure) -> {
          // The close that follows may overtake the answer.
          if (failure == null || connector.endedByServer()) {
            queues.lane().execute(connector::close);
            return null;
          }
          queues.lane().execute(connector::notEnding);
          throw new CompletionException(failure);
        });
  }

  private <R extends ServerMessage, T> CompletableFuture<T> read(
      LongFunction<Command> command, Class<R> kind, Function<R, T> value) {
    return queues.repeatable(command, kind, value, deadline);
  }

  /** Refuses on the spot what is none. */
  static Json json(String text) {
    return CHECKER
        .value(text.getBytes(UTF_8))
        .orElseThrow(() ->
            new IllegalArgumentException("not one JSON value; Byssus.text(…) makes one of text"));
  }
}
