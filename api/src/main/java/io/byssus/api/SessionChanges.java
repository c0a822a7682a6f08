package io.byssus.api;

import static io.byssus.protocol.JsonFields.once;

import io.byssus.core.operations.Answer;
import io.byssus.core.operations.Control;
import io.byssus.core.operations.Right;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Json;
import io.byssus.protocol.JsonFields;
import io.byssus.protocol.JsonWriter;
import io.byssus.protocol.Refused;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What is done to sessions, wherever they are. */
final class SessionChanges {
  private SessionChanges() {}

  static List<Endpoint> endpoints(String base) {
    var session = base + "/sessions/{id}";
    var subscription = session + "/subscriptions/{channel}";
    return List.of(
        endpoint("PATCH", session, SessionChanges::change),
        endpoint("DELETE", session, SessionChanges::end),
        endpoint("POST", session + "/disconnect", SessionChanges::disconnect),
        endpoint("PUT", subscription, SessionChanges::subscribe),
        endpoint("DELETE", subscription, SessionChanges::unsubscribe),
        endpoint("POST", base + "/users/{user}/disconnect", SessionChanges::disconnectUser));
  }

  private static Endpoint endpoint(String method, String path, Endpoint.Serving serving) {
    return Endpoint.of(method, path, Right.SESSIONS_WRITE, serving);
  }

  private static void change(Exchange exchange) {
    exchange.query();
    exchange.body(in -> {
      var asked = new Wanted(in, Set.of("attributes", "tags"));
      if (asked.attributes.isEmpty() && asked.tags == null) {
        throw new Refused(ErrorCode.MALFORMED, "expected attributes, tags or both");
      }
      answer(
          exchange,
          control(exchange)
              .change(
                  exchange.by(),
                  exchange.name("id"),
                  asked.attributes,
                  Optional.ofNullable(asked.tags)));
    });
  }

  private static void end(Exchange exchange) {
    exchange.query();
    answer(exchange, control(exchange).end(exchange.by(), exchange.name("id")));
  }

  private static void disconnect(Exchange exchange) {
    stayingAway(
        exchange,
        stayAway ->
            answer(
                exchange,
                control(exchange).disconnect(exchange.by(), exchange.name("id"), stayAway)));
  }

  private static void disconnectUser(Exchange exchange) {
    stayingAway(
        exchange,
        stayAway ->
            exchange.answer(
                control(exchange).disconnectUser(exchange.by(), exchange.name("user"), stayAway),
                Answer::of,
                (out, count) ->
                    out.text("user", exchange.name("user")).number("disconnected", count)));
  }

  private static void stayingAway(Exchange exchange, Consumer<Boolean> then) {
    exchange.query();
    exchange.body(in -> then.accept(new Wanted(in, Set.of("final")).stayAway));
  }

  private static void subscribe(Exchange exchange) {
    var after = exchange.query("after").position("after");
    answer(
        exchange,
        control(exchange)
            .subscribe(exchange.by(), exchange.name("id"), exchange.name("channel"), after));
  }

  private static void unsubscribe(Exchange exchange) {
    exchange.query();
    answer(
        exchange,
        control(exchange)
            .unsubscribe(exchange.by(), exchange.name("id"), exchange.name("channel")));
  }

  private static Control control(Exchange exchange) {
    return exchange.api().node().control();
  }

  private static void answer(Exchange exchange, CompletionStage<Control.Touched> stage) {
    exchange.answer(stage, Answer::of, SessionChanges::touched);
  }

  private static void touched(JsonWriter out, Control.Touched touched) {
    out.text("session", touched.session()).flag("attached", touched.attached());
  }

  /** What a body asks for. */
  private static final class Wanted {
    Map<String, Json> attributes = Map.of();
    @Nullable Set<String> tags;
    boolean stayAway;

    Wanted(JsonFields in, Set<String> known) {
      @Nullable Map<String, Json> given = null;
      @Nullable Boolean last = null;
      in.begin();
      for (var name = in.name(); name != null; name = in.name()) {
        if (!known.contains(name)) {
          throw new Refused(ErrorCode.MALFORMED, "the body has a field that there is not");
        }
        switch (name) {
          case "attributes" -> given = once(name, given, in.attributes(name));
          case "tags" -> tags = once(name, tags, in.words(name));
          default -> last = once(name, last, in.flag(name));
        }
      }
      in.finish();
      attributes = given == null ? Map.of() : given;
      stayAway = last != null && last;
    }
  }
}
