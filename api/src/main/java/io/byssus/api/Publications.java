package io.byssus.api;

import io.byssus.core.channel.Broker.Outcome;
import io.byssus.core.channel.Broker.Outcome.Stored;
import io.byssus.core.delivery.Router.Routed;
import io.byssus.core.operations.Answer;
import io.byssus.core.operations.Right;
import io.byssus.protocol.JsonWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What makes messages: a publication, a directed message, and many of both. */
final class Publications {
  private Publications() {}

  static List<Endpoint> endpoints(String base) {
    return List.of(
        Endpoint.of("POST", base + "/publish", Right.PUBLISH, Publications::publish),
        Endpoint.of("POST", base + "/send", Right.SEND, Publications::send),
        Endpoint.batch(base + "/batch", Batch::serve));
  }

  private static void publish(Exchange exchange) {
    exchange.body(in -> {
      var asked = Asked.publish(in);
      if (asked.many()) {
        publishEach(exchange, asked).thenAccept(out -> exchange.orFail(() -> exchange.json(out)));
      } else {
        var operations = exchange.api().node().operations();
        exchange.answer(
            operations.publish(
                exchange.by(),
                asked.channels().getFirst(),
                asked.data(),
                asked.dedupe(),
                asked.durability()),
            (outcome, failure) ->
                published(exchange, asked.channels().getFirst(), outcome, failure),
            Replies::published);
      }
    });
  }

  private static void send(Exchange exchange) {
    exchange.body(in -> {
      var asked = Asked.send(in);
      exchange.answer(
          exchange
              .api()
              .node()
              .operations()
              .send(exchange.by(), asked.to(), asked.data(), asked.dedupe()),
          Answer::sent,
          Replies::sent);
    });
  }

  /** Counted as what clients publish is. */
  private static Answer<Stored> published(
      Exchange exchange, String channel, @Nullable Outcome outcome, @Nullable Throwable failure) {
    var answer = Answer.published(outcome, failure);
    if (answer instanceof Answer.Done<Stored> _) {
      exchange.api().node().observer().published(channel);
    }
    return answer;
  }

  /** Never fails: each channel has its own answer. */
  private static CompletionStage<JsonWriter> publishEach(Exchange exchange, Asked.Publish asked) {
    var answers = new ArrayList<CompletableFuture<Answer<Stored>>>();
    for (var channel : asked.channels()) {
      answers.add(
          exchange
              .api()
              .node()
              .operations()
              .publish(exchange.by(), channel, asked.data(), asked.dedupe(), asked.durability())
              .<Answer<Stored>>handle(
                  (outcome, failure) -> published(exchange, channel, outcome, failure))
              .toCompletableFuture());
    }
    return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
        .thenApply(all -> {
          var out = JsonWriter.object(64 * answers.size()).openArray("channels");
          for (var i = 0; i < answers.size(); i++) {
            out.openElement().text("channel", asked.channels().get(i));
            Replies.each(out, answers.get(i).join(), Replies::published).close();
          }
          return out.closeArray();
        });
  }

  /** One line of a batch; never fails. */
  static CompletionStage<JsonWriter> line(Exchange exchange, Asked asked) {
    var operations = exchange.api().node().operations();
    return switch (asked) {
      case Asked.Publish publish when publish.many() ->
          publishEach(exchange, publish).thenApply(out -> out.number("status", Status.OK));
      case Asked.Publish publish ->
          operations
              .publish(
                  exchange.by(),
                  publish.channels().getFirst(),
                  publish.data(),
                  publish.dedupe(),
                  publish.durability())
              .handle((outcome, failure) ->
                  Replies.each(
                      JsonWriter.object(0),
                      published(exchange, publish.channels().getFirst(), outcome, failure),
                      Replies::published));
      case Asked.Send send ->
          operations
              .send(exchange.by(), send.to(), send.data(), send.dedupe())
              .<JsonWriter>handle((Routed routed, Throwable failure) ->
                  Replies.each(JsonWriter.object(0), Answer.sent(routed, failure), Replies::sent));
    };
  }
}
