package io.byssus.core.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Bounds;
import io.byssus.core.channel.Broker;
import io.byssus.core.channel.Broker.Draft;
import io.byssus.core.channel.Retention;
import io.byssus.core.engine.EngineSettings;
import io.byssus.protocol.Durability;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import io.byssus.protocol.ServerMessage.Item;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/**
 * Whatever is published and read in whatever order: the memory engine and {@link NaiveChannel} give
 * the same answers.
 */
class ChannelsBehaveLikeANaiveModelTest {
  private static final EngineSettings SETTINGS =
      new EngineSettings(
          Duration.ofSeconds(60),
          1,
          1,
          Duration.ofSeconds(60),
          Duration.ofSeconds(60),
          Duration.ofSeconds(15),
          Duration.ofDays(1));
  private static final Duration AGE = Duration.ofSeconds(20);

  private enum Step {
    PUBLISH,
    PUBLISH_ONCE,
    PUBLISH_EPHEMERAL,
    READ_NEWEST,
    READ_ON,
    READ_ANOTHER_EPOCH,
    ADVANCE
  }

  private record Act(Step step, int number, int limit) {}

  @Provide
  Arbitrary<List<Act>> acts() {
    var act =
        Combinators.combine(
                Arbitraries.of(Step.class),
                Arbitraries.integers().between(0, 12),
                Arbitraries.integers().between(0, 8))
            .as(Act::new);
    return act.list().ofMinSize(60).ofMaxSize(150);
  }

  @Property
  void theSameAnswers(
      @ForAll("acts") List<Act> acts, @ForAll @IntRange(min = 1, max = 9) int size) {
    var run = new Run(new Retention(size, AGE));
    acts.forEach(run::perform);
    run.assertTheListenerHeardItAll();
  }

  /** The two side by side, and what a listener hears. */
  private static final class Run {
    private static final String NAME = "channel";

    private final ManualTicker ticker = new ManualTicker();
    private final Broker broker =
        MemoryEngine.create(SETTINGS, ticker, new SplittableRandom(1)).broker();
    private final List<Item> heard = new ArrayList<>();
    private final Retention retention;
    private final NaiveChannel model;

    Run(Retention retention) {
      this.retention = retention;
      var start = join(broker.history(NAME, Optional.empty(), Bounds.NOTHING, retention)).top();
      model = new NaiveChannel(SETTINGS, retention, start.epoch());
      broker.subscribe(
          NAME,
          (channel, epoch, item) -> {
            if (!epoch.isEmpty()) {
              heard.add(item);
            }
          });
    }

    void perform(Act act) {
      var data = Json.of("" + act.number);
      switch (act.step) {
        case PUBLISH -> publish(data, "");
        case PUBLISH_ONCE -> publish(data, "dedupe-" + act.number % 4);
        case PUBLISH_EPHEMERAL -> broker.publish(NAME, draft(data, ""), Retention.EPHEMERAL);
        case READ_NEWEST -> read(Optional.empty(), act.limit);
        case READ_ON -> {
          // Around the top, a little ahead of it too.
          var offset = Math.max(0, model.top().offset() + 2 - act.number);
          read(Optional.of(model.top().at(offset)), act.limit);
        }
        case READ_ANOTHER_EPOCH ->
            read(Optional.of(new Position("another", act.number)), act.limit);
        case ADVANCE -> {
          ticker.advance(Duration.ofSeconds(act.number));
          model.advance(Duration.ofSeconds(act.number));
        }
      }
    }

    private void publish(Json data, String dedupe) {
      assertThat(join(broker.publish(NAME, draft(data, dedupe), retention)))
          .isEqualTo(model.publish(data, dedupe));
    }

    private static Draft draft(Json data, String dedupe) {
      return new Draft(data, Optional.empty(), dedupe, Durability.ACCEPTED);
    }

    private void read(Optional<Position> after, int limit) {
      // Publications have a length of one or two.
      var bounds = new Bounds(limit, 7);
      assertThat(join(broker.history(NAME, after, bounds, retention)))
          .isEqualTo(model.history(after, bounds));
    }

    void assertTheListenerHeardItAll() {
      assertThat(heard.stream().map(Item::offset))
          .containsExactlyElementsOf(
              LongStream.rangeClosed(1, model.top().offset()).boxed().toList());
    }

    private static <T> T join(CompletionStage<T> stage) {
      return stage.toCompletableFuture().join();
    }
  }
}
