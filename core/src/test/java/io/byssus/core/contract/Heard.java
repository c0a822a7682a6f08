package io.byssus.core.contract;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.byssus.core.channel.Broker;
import io.byssus.protocol.ServerMessage.Item;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;

/** A listener that keeps what it hears for the test. */
final class Heard implements Broker.Listener {
  private final LinkedBlockingQueue<Publication> publications = new LinkedBlockingQueue<>();

  record Publication(String channel, String epoch, Item item) {
    String number() {
      return item.data().toString();
    }
  }

  @Override
  public void publication(String channel, String epoch, Item item) {
    publications.add(new Publication(channel, epoch, item));
  }

  Publication next() {
    try {
      var next = publications.poll(EngineTests.PATIENCE_SECONDS, SECONDS);
      return Optional.ofNullable(next).orElseThrow(() -> new AssertionError("nothing was heard"));
    } catch (InterruptedException e) {
      throw new AssertionError("the test was interrupted", e);
    }
  }

  List<Publication> next(int count) {
    return IntStream.range(0, count).mapToObj(_ -> next()).toList();
  }

  /** What was heard up to now and not taken yet. */
  List<Publication> sofar() {
    return List.copyOf(publications);
  }
}
