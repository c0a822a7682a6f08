package io.byssus.core.simulation;

import io.byssus.core.Bounds;
import io.byssus.core.channel.Broker;
import io.byssus.core.channel.Retention;
import io.byssus.core.delivery.InboxStore;
import io.byssus.core.delivery.SessionDirectory;
import io.byssus.core.node.Engine;
import io.byssus.core.presence.PresenceStore;
import io.byssus.core.session.Fence;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.core.session.SessionStore;
import io.byssus.core.session.TokenHash;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import io.byssus.protocol.Sender;
import io.byssus.protocol.ServerMessage.Member;
import io.byssus.protocol.Target;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * An engine at the end of a link: requests, answers and publications take their time, each in
 * order, and while there is trouble some requests are never answered (done or not) and some
 * publications get lost or come twice. What the ports promise still holds.
 */
final class FaultyEngine {
  private static final int ONE_IN = 12;

  private final RandomGenerator random;
  private final World world;
  private final ArrayDeque<Runnable> requests = new ArrayDeque<>();
  private final ArrayDeque<Runnable> answers = new ArrayDeque<>();
  private final ArrayDeque<Runnable> publications = new ArrayDeque<>();
  private boolean trouble;

  FaultyEngine(RandomGenerator random, World world) {
    this.random = random;
    this.world = world;
  }

  void trouble(boolean on) {
    trouble = on;
  }

  /** Moves one request, answer or publication on. False when nothing is under way. */
  boolean step() {
    var busy = List.of(requests, answers, publications).stream().filter(q -> !q.isEmpty()).toList();
    if (busy.isEmpty()) {
      return false;
    }
    busy.get(random.nextInt(busy.size())).poll().run();
    return true;
  }

  Engine around(Engine engine) {
    return new Engine(
        new Sessions(engine.sessions()),
        new Channels(engine.broker()),
        new Inboxes(engine.inboxes()),
        new Directory(engine.directory()),
        new Members(engine.presence()),
        engine.bus());
  }

  private <T> CompletionStage<T> call(Supplier<CompletionStage<T>> request) {
    var answer = new CompletableFuture<T>();
    requests.add(() -> {
      var unlucky = trouble && random.nextInt(ONE_IN) == 0;
      if (unlucky && random.nextBoolean()) {
        answers.add(() -> answer.completeExceptionally(new NoAnswer()));
        return;
      }
      var done = request.get().toCompletableFuture();
      if (unlucky) {
        answers.add(() -> answer.completeExceptionally(new NoAnswer()));
      } else {
        answers.add(() -> done.whenComplete((value, failure) -> answer.complete(value)));
      }
    });
    return answer;
  }

  private static final class NoAnswer extends RuntimeException {
    private static final long serialVersionUID = 1;

    NoAnswer() {
      super("the engine did not answer", null, false, false);
    }
  }

  private final class Sessions implements SessionStore {
    private final SessionStore store;

    Sessions(SessionStore store) {
      this.store = store;
    }

    @Override
    public CompletionStage<Created> create(NewSession session, Owner owner) {
      return call(() -> store.create(session, owner));
    }

    @Override
    public CompletionStage<Claim> claim(
        String session, String user, TokenHash presented, TokenHash next, Owner owner) {
      return call(() -> store.claim(session, user, presented, next, owner));
    }

    @Override
    public CompletionStage<Fence> setAttributes(Lease lease, Map<String, Json> changes) {
      return call(() -> store.setAttributes(lease, changes));
    }

    @Override
    public CompletionStage<Fence> setTags(Lease lease, Set<String> tags) {
      return call(() -> store.setTags(lease, tags));
    }

    @Override
    public CompletionStage<Fence> subscribe(
        Lease lease, String channel, Optional<Position> position) {
      return call(() -> store.subscribe(lease, channel, position));
    }

    @Override
    public CompletionStage<Fence> unsubscribe(Lease lease, String channel) {
      return call(() -> store.unsubscribe(lease, channel));
    }

    @Override
    public CompletionStage<Fence> acknowledge(Lease lease, String channel, Position position) {
      world.wentOn(lease.session(), channel, position);
      return call(() -> store.acknowledge(lease, channel, position));
    }

    @Override
    public CompletionStage<List<Lease>> renew(Collection<Lease> leases) {
      return call(() -> store.renew(leases));
    }

    @Override
    public CompletionStage<Fence> release(Lease lease) {
      return call(() -> store.release(lease));
    }

    @Override
    public CompletionStage<Optional<Gone>> remove(String session) {
      return call(() -> store.remove(session));
    }

    @Override
    public CompletionStage<Optional<Gone>> end(Lease lease) {
      return call(() -> store.end(lease));
    }

    @Override
    public CompletionStage<Optional<Optional<Lease>>> holder(String session) {
      return call(() -> store.holder(session));
    }

    @Override
    public CompletionStage<List<String>> heldBy(Owner owner, int part) {
      return call(() -> store.heldBy(owner, part));
    }

    @Override
    public CompletionStage<List<Gone>> sweep(int limit) {
      return call(() -> store.sweep(limit));
    }

    @Override
    public CompletionStage<List<Orphan>> abandon(Owner dead, int limit) {
      return call(() -> store.abandon(dead, limit));
    }
  }

  private final class Channels implements Broker {
    private final Broker broker;

    Channels(Broker broker) {
      this.broker = broker;
    }

    @Override
    public CompletionStage<Outcome> publish(String channel, Draft draft, Retention retention) {
      return call(() -> broker.publish(channel, draft, retention));
    }

    @Override
    public CompletionStage<Void> subscribe(String channel, Listener listener) {
      return call(() -> broker.subscribe(channel, lossy(listener)));
    }

    @Override
    public void unsubscribe(String channel) {
      requests.add(() -> broker.unsubscribe(channel));
    }

    @Override
    public CompletionStage<Void> subscribePrefix(String prefix, Listener listener) {
      return call(() -> broker.subscribePrefix(prefix, lossy(listener)));
    }

    @Override
    public void unsubscribePrefix(String prefix) {
      requests.add(() -> broker.unsubscribePrefix(prefix));
    }

    private Listener lossy(Listener listener) {
      return (channel, epoch, item) -> {
        var dice = trouble ? random.nextInt(ONE_IN) : ONE_IN;
        if (dice != 0) {
          publications.add(() -> listener.publication(channel, epoch, item));
        }
        if (dice == 1) {
          publications.add(() -> listener.publication(channel, epoch, item));
        }
      };
    }

    @Override
    public CompletionStage<Page> history(
        String channel, Optional<Position> after, Bounds bounds, Retention retention) {
      return call(() -> broker.history(channel, after, bounds, retention));
    }
  }

  private final class Inboxes implements InboxStore {
    private final InboxStore store;

    Inboxes(InboxStore store) {
      this.store = store;
    }

    @Override
    public CompletionStage<Append> append(String session, Json data, Optional<Sender> from) {
      return call(() -> store.append(session, data, from));
    }

    @Override
    public CompletionStage<Optional<Page>> read(Lease lease, long after, int limit) {
      return call(() -> store.read(lease, after, limit));
    }

    @Override
    public CompletionStage<Fence> acknowledge(Lease lease, long offset) {
      return call(() -> store.acknowledge(lease, offset));
    }

    @Override
    public void onAppend(Consumer<String> wake) {
      store.onAppend(session -> publications.add(() -> wake.accept(session)));
    }
  }

  private final class Directory implements SessionDirectory {
    private final SessionDirectory directory;

    Directory(SessionDirectory directory) {
      this.directory = directory;
    }

    @Override
    public CompletionStage<Void> add(Target target, String session) {
      return call(() -> directory.add(target, session));
    }

    @Override
    public CompletionStage<Void> remove(Target target, String session) {
      return call(() -> directory.remove(target, session));
    }

    @Override
    public CompletionStage<List<String>> sessions(Target target) {
      return call(() -> directory.sessions(target));
    }
  }

  private final class Members implements PresenceStore {
    private final PresenceStore store;

    Members(PresenceStore store) {
      this.store = store;
    }

    @Override
    public CompletionStage<Void> enter(String channel, Member member, Lease lease) {
      return call(() -> store.enter(channel, member, lease));
    }

    @Override
    public CompletionStage<Void> leave(String channel, Lease lease) {
      return call(() -> store.leave(channel, lease));
    }

    @Override
    public CompletionStage<List<Entry>> touch(Collection<Entry> entries) {
      return call(() -> store.touch(entries));
    }

    @Override
    public CompletionStage<List<Member>> members(String channel, int limit) {
      return call(() -> store.members(channel, limit));
    }
  }
}
