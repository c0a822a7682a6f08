package io.byssus.client;

import io.byssus.protocol.Position;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * From a stream to its consumers: the listeners together, and each subscriber. Each has a queue of
 * its own, so that none waits for another. Messages that nobody wants yet are kept for the first
 * who does. Confined to the lane, except where it says otherwise.
 */
final class Delivery {
  private final Lane lane;
  private final Executor executor;
  private final int queueMax;
  private final ConsumerQueue listeners;
  private final Entries unwanted;
  private final Runnable handledMoved;
  private final List<ConsumerQueue> consumers = new ArrayList<>();
  private final Map<ConsumerQueue, Consumer<Optional<ByssusException>>> endHandlers =
      new IdentityHashMap<>();
  private final AtomicBoolean settling = new AtomicBoolean();
  private Entry last;

  /** The consumer that has left nobody behind; it may still be handling one. */
  private @Nullable ConsumerQueue leaver;

  private @Nullable Ending ending;

  private volatile Entry handled;

  private record Ending(boolean afterAll, Optional<ByssusException> why) {}

  /**
   * @param queueMax messages that may wait for each consumer
   * @param unwantedMax messages that may wait for a first consumer
   * @param place up to where all was handled before
   * @param handledMoved run on the lane, when {@link #handled} may be another
   */
  Delivery(
      Lane lane,
      Executor executor,
      int queueMax,
      int unwantedMax,
      Optional<Position> place,
      Consumer<StreamEvent> listener,
      Runnable handledMoved) {
    this.lane = lane;
    this.executor = executor;
    this.queueMax = queueMax;
    this.unwanted = new Entries(unwantedMax);
    this.handledMoved = handledMoved;
    last = new Entry(0, Optional.empty(), place);
    handled = last;
    listeners = queue(ConsumerQueue.UNLIMITED, listener);
  }

  /** Any thread. */
  ConsumerQueue queue(long demand, Consumer<StreamEvent> handler) {
    return new ConsumerQueue(executor, queueMax, demand, handled, handler, this::progress);
  }

  /** Any thread: the place up to which every consumer has handled all. */
  Optional<Position> handled() {
    return handled.place();
  }

  void offer(StreamEvent event, Optional<Position> place) {
    offer(Optional.of(event), place);
  }

  /** Behind all that was offered before, the place is another; nobody is told. */
  void move(Optional<Position> place) {
    offer(Optional.empty(), place);
  }

  private void offer(Optional<StreamEvent> event, Optional<Position> place) {
    lane.check();
    last = new Entry(last.number() + 1, event, place);
    if (consumers.isEmpty()) {
      keep(last);
      return;
    }
    for (var consumer : consumers) {
      var gap = consumer.offer(last);
      if (consumer != listeners && gap.isPresent()) {
        // A subscriber knows messages only.
        listeners.offer(gap.get());
      }
    }
    if (!last.isMessage() && !consumers.contains(listeners)) {
      listeners.offer(last);
    }
  }

  /** Listeners hear at once what is not a message: it may be all that they want to hear. */
  private void keep(Entry entry) {
    unwanted.add(entry.silent()).ifPresent(listeners::offer);
    if (!entry.isMessage()) {
      listeners.offer(entry);
    }
    settle();
  }

  /** The listeners want messages from now on. */
  void listen() {
    lane.check();
    if (!consumers.contains(listeners)) {
      attach(listeners);
    }
  }

  /**
   * @param consumer does not get what others have been offered already
   */
  void attach(ConsumerQueue consumer) {
    lane.check();
    consumer.startAfter(consumers.isEmpty() ? handled : last);
    var first = consumers.isEmpty();
    consumers.add(consumer);
    if (first) {
      unwanted.takeAll().forEach(consumer::offer);
    }
    if (ending != null) {
      end(consumer, ending);
    }
    settle();
  }

  /** Any consumer but the listeners. */
  void attach(ConsumerQueue consumer, Consumer<Optional<ByssusException>> atTheEnd) {
    endHandlers.put(consumer, atTheEnd);
    attach(consumer);
  }

  /** What it leaves unhandled, and no other consumer has, waits for the next one. */
  void detach(ConsumerQueue consumer) {
    lane.check();
    if (!consumers.contains(consumer)) {
      return;
    }
    settleNow();
    consumers.remove(consumer);
    leaver = consumer;
    endHandlers.remove(consumer);
    var left = consumer.leave();
    if (consumers.isEmpty() && ending == null) {
      left.forEach(entry -> unwanted.add(entry.silent()));
    }
    settle();
  }

  /**
   * No more comes.
   *
   * @param afterAll whether what waits is still handled
   * @param why empty: it ended as it should
   */
  void end(boolean afterAll, Optional<ByssusException> why) {
    lane.check();
    if (ending != null) {
      return;
    }
    var end = new Ending(afterAll, why);
    ending = end;
    List.copyOf(consumers).forEach(consumer -> end(consumer, end));
    if (!consumers.contains(listeners)) {
      end(listeners, end);
    }
  }

  private void end(ConsumerQueue consumer, Ending end) {
    var words = endHandlers.get(consumer);
    Runnable last = words == null ? () -> {} : () -> words.accept(end.why());
    if (end.afterAll()) {
      consumer.endAfterAll(last);
    } else {
      consumer.endNow(last);
    }
  }

  /** On the executor. */
  private void progress() {
    if (settling.compareAndSet(false, true)) {
      lane.execute(this::settle);
    }
  }

  private void settle() {
    settling.set(false);
    if (settleNow()) {
      handledMoved.run();
    }
  }

  private boolean settleNow() {
    var before = handled;
    if (consumers.isEmpty()) {
      if (leaver != null && leaver.handled().number() > handled.number()) {
        handled = leaver.handled();
      }
      settleUnwanted();
    } else {
      handled =
          consumers.stream()
              .map(ConsumerQueue::handled)
              .min(Comparator.comparingLong(Entry::number))
              .get();
    }
    return !handled.place().equals(before.place());
  }

  /** What is no message needs nobody who handles it. */
  private void settleUnwanted() {
    for (var next = unwanted.peek();
        next != null && !next.isMessage() && next.event().isEmpty();
        next = unwanted.peek()) {
      handled = unwanted.remove();
    }
  }
}
