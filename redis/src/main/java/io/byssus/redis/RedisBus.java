package io.byssus.redis;

import static io.byssus.redis.Redis.args;
import static java.util.Objects.requireNonNull;

import io.byssus.core.engine.BusCodec;
import io.byssus.core.engine.BusMessage;
import io.byssus.core.engine.BusMessage.Ask;
import io.byssus.core.engine.ClusterBus;
import io.byssus.core.engine.OpenQuestions;
import io.byssus.core.lane.Lane;
import io.byssus.core.session.Owner;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Control messages by Pub/Sub, as {@link BusCodec} writes them: all nodes hear one channel, and
 * each has one of its own.
 */
final class RedisBus implements ClusterBus {
  private static final Logger LOG = LoggerFactory.getLogger(RedisBus.class);

  private final Redis redis;
  private final Keys keys;
  private final Duration remembered;
  private final OpenQuestions questions = new OpenQuestions();
  private volatile @Nullable Listener listener;
  private volatile @Nullable Owner self;

  /**
   * @param sessionTtl how long sessions live that are attached to a run which is dead
   */
  RedisBus(Redis redis, Duration sessionTtl) {
    this.redis = redis;
    this.keys = redis.keys();
    this.remembered = sessionTtl.multipliedBy(2);
  }

  /** Hears from here on what all nodes and {@code owner} are told. */
  void listen(Owner owner) {
    self = owner;
    var _ = redis.listening().hear(keys.bus(), this::heard);
    var _ = redis.listening().hear(keys.bus(owner), this::heard);
  }

  void reachable(boolean reachable) {
    tell(listening -> listening.reachable(reachable));
  }

  void forgot() {
    tell(Listener::forgot);
  }

  private void tell(Consumer<Listener> what) {
    var listening = listener;
    if (listening != null) {
      what.accept(listening);
    }
  }

  @Override
  public CompletionStage<Name> announce(Announcement announcement) {
    var owner = announcement.owner();
    return redis
        .runAside(
            Keys.COMMON,
            Script.ANNOUNCE,
            List.of(keys.nodeName(owner.node()), keys.nodeRuns(owner.node())),
            args(
                owner.incarnation(),
                NAME_LEASE.toMillis(),
                remembered.toMillis(),
                redis.listening().verb(),
                keys.bus(),
                BusCodec.write(new BusMessage.Announced(announcement))))
        .thenApply(reply -> name(owner, reply));
  }

  private static Name name(Owner owner, List<Object> reply) {
    if (Redis.number(reply.getFirst()) != 1) {
      return new Name.Refused();
    }
    var before = new HashSet<Owner>();
    reply
        .subList(1, reply.size())
        .forEach(run -> before.add(new Owner(owner.node(), Redis.text(run))));
    before.remove(owner);
    return new Name.Taken(before);
  }

  @Override
  public CompletionStage<Void> leave(Owner owner) {
    return redis
        .runAside(
            Keys.COMMON,
            Script.DEPART,
            List.of(keys.nodeName(owner.node()), keys.nodeRuns(owner.node())),
            args(
                owner.incarnation(),
                redis.listening().verb(),
                keys.bus(),
                BusCodec.write(new BusMessage.Left(owner))))
        .thenAccept(_ -> {});
  }

  @Override
  public CompletionStage<Void> tell(Owner to, Notice notice) {
    return say(to, new BusMessage.Told(notice)).thenAccept(_ -> {});
  }

  @Override
  public CompletionStage<Optional<Reply>> ask(
      Lane timer, Owner to, Question question, Duration within) {
    return questions.ask(
        timer,
        to,
        within,
        number ->
            say(to, new BusMessage.Asked(new Ask(number, self()), question))
                .thenApply(hearers -> hearers > 0));
  }

  private Owner self() {
    return requireNonNull(self, "nobody listens yet");
  }

  /** Answers how many hear it. */
  private CompletionStage<Long> say(Owner to, BusMessage message) {
    var bytes = BusCodec.write(message);
    return redis
        .primaries()
        .route(Keys.COMMON)
        .sendAside((commands, _, _) ->
            redis.listening().sharded()
                ? commands.spublish(keys.bus(to), bytes)
                : commands.publish(keys.bus(to), bytes));
  }

  @Override
  public void listen(Listener newListener) {
    listener = newListener;
  }

  /** What is malformed in any way ends as an exception, which drops it. */
  private void heard(byte[] message) {
    switch (BusCodec.read(message)) {
      case BusMessage.Announced(var announcement) ->
          tell(listening -> listening.announced(announcement));
      case BusMessage.Left(var owner) -> tell(listening -> listening.left(owner));
      case BusMessage.Told(var notice) -> tell(listening -> listening.told(notice));
      case BusMessage.Asked(var ask, var question) ->
          tell(listening -> listening.asked(question).thenAccept(reply -> reply(ask, reply)));
      case BusMessage.Replied(var number, var by, var reply) ->
          questions.answered(number, by, reply);
      case BusMessage.Unknown(var type, var ask) -> {
        tell(listening -> listening.notUnderstood(type));
        ask.ifPresent(asked -> reply(asked, new Reply.NotUnderstood()));
      }
    }
  }

  /** One that gets lost is missed by who asked, in its time. */
  private void reply(Ask ask, Reply reply) {
    say(ask.by(), new BusMessage.Replied(ask.number(), self(), reply))
        .exceptionally(failure -> {
          LOG.debug("an answer was not sent", failure);
          return 0L;
        });
  }
}
