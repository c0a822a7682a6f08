package io.byssus.core.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Bounds;
import io.byssus.core.channel.Broker;
import io.byssus.core.channel.Broker.Draft;
import io.byssus.core.channel.Broker.Outcome;
import io.byssus.core.channel.Broker.Outcome.Stored;
import io.byssus.core.channel.Broker.Page;
import io.byssus.core.channel.Retention;
import io.byssus.protocol.Durability;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import io.byssus.protocol.ServerMessage.Item;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;

/** Tests with one channel and publications that are numbers. */
abstract class ChannelTests extends EngineTests {
  static final int ALL = 1_000;
  static final Bounds EVERYTHING = new Bounds(ALL, Long.MAX_VALUE);

  protected Broker broker;
  protected Broker elsewhere;
  protected String channel;

  /** Keeps a hundred publications. */
  protected Retention kept;

  @BeforeEach
  void openBrokers() {
    broker = here.engine().broker();
    elsewhere = there.engine().broker();
    channel = unique("channel");
    kept = keeping(100);
  }

  Retention keeping(int size) {
    return new Retention(size, engine.historyAge());
  }

  static Draft draft(long number) {
    return draft(number, "");
  }

  static Draft draft(long number, String dedupe) {
    return new Draft(Json.of("" + number), Optional.empty(), dedupe, Durability.ACCEPTED);
  }

  CompletionStage<Outcome> publishing(long number) {
    return broker.publish(channel, draft(number), kept);
  }

  Stored stored(CompletionStage<Outcome> publishing) {
    var outcome = get(publishing);
    assertThat(outcome).isInstanceOf(Stored.class);
    return (Stored) outcome;
  }

  /** Publishes the number and answers where it stands. */
  Position publish(long number) {
    return publish(number, kept);
  }

  Position publish(long number, Retention retention) {
    return stored(broker.publish(channel, draft(number), retention)).position().orElseThrow();
  }

  /**
   * Publishes the numbers, which in a new channel are their offsets too; answers where the last one
   * stands.
   */
  Position publish(long from, long through, Retention retention) {
    for (var number = from; number < through; number++) {
      publish(number, retention);
    }
    return publish(through, retention);
  }

  void publishEphemeral(long number) {
    stored(broker.publish(channel, draft(number), Retention.EPHEMERAL));
  }

  /** Where the channel ends now. */
  Position top() {
    return newest(0).top();
  }

  Page newest(int limit) {
    return get(broker.history(channel, Optional.empty(), new Bounds(limit, Long.MAX_VALUE), kept));
  }

  Page after(Position position, int limit) {
    return after(position, limit, kept);
  }

  Page after(Position position, int limit, Retention retention) {
    return get(
        broker.history(
            channel, Optional.of(position), new Bounds(limit, Long.MAX_VALUE), retention));
  }

  static List<Long> offsets(Page page) {
    return page.items().stream().map(Item::offset).toList();
  }

  static List<String> numbers(Page page) {
    return page.items().stream().map(item -> item.data().toString()).toList();
  }
}
