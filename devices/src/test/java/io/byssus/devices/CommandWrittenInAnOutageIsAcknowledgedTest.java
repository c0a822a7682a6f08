package io.byssus.devices;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Bounds;
import io.byssus.core.Limits;
import io.byssus.core.NodeObserver;
import io.byssus.core.NotDoneException;
import io.byssus.core.connection.Peer;
import io.byssus.core.delivery.InboxStore;
import io.byssus.core.engine.ClusterBus;
import io.byssus.core.engine.Engine;
import io.byssus.core.lane.Lane;
import io.byssus.core.node.Authenticator;
import io.byssus.core.node.UserPolicy;
import io.byssus.core.session.Fence;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.Command;
import io.byssus.protocol.Json;
import io.byssus.protocol.Sender;
import io.byssus.protocol.Target;
import io.byssus.protocol.device.Controls;
import io.byssus.protocol.device.Crc;
import io.byssus.protocol.device.DeviceFrame;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A device gets each command once, though the engine was away when it got one. */
class CommandWrittenInAnOutageIsAcknowledgedTest {
  private static final DeviceSettings SETTINGS =
      new DeviceSettings(
          Crc.CCITT_FALSE,
          "kept.{address}",
          Controls.NONE,
          Optional.of(0),
          false,
          false,
          List.of(),
          256,
          100,
          Duration.ofSeconds(1),
          Duration.ofSeconds(90),
          List.of());

  private boolean away;
  private ClusterBus.@Nullable Listener told;
  private final TestNode node =
      new TestNode(
          7, Limits.DEFAULTS, new UserPolicy.Unlimited(), NodeObserver.NONE, this::mayBeAway);
  private final Gateways gateways =
      new Gateways(SETTINGS, node.node::open, new Nobody(), (event, times, who) -> {});

  @Test
  void theGatewayThatComesNextIsNotGivenItAgain() {
    var gateway = new SteppedGateway(node, gateways);
    var ann = node.connected("ann");
    gateway.say(new DeviceFrame(7, 1, new byte[0]));
    away = true;
    var data = Json.of("{\"control\":3}");
    ann.say(new Command.Send(ann.nextId(), new Target.ToSession("device:g1:7"), data));
    assertThat(gateway.hear()).containsExactly(3);
    reachable(false);

    away = false;
    reachable(true);
    gateway.cut();

    var again = new SteppedGateway(node, gateways);
    again.say(new DeviceFrame(7, 1, new byte[0]));
    assertThat(again.hear()).isEmpty();
  }

  private void reachable(boolean now) {
    assertThat(told).isNotNull();
    told.reachable(now);
    node.lanes.settle();
  }

  private Engine mayBeAway(Engine engine) {
    return new Engine(
        engine.sessions(),
        engine.broker(),
        new Inboxes(engine.inboxes()),
        engine.directory(),
        engine.presence(),
        new Bus(engine.bus()));
  }

  private final class Inboxes implements InboxStore {
    private final InboxStore store;

    Inboxes(InboxStore store) {
      this.store = store;
    }

    @Override
    public CompletionStage<Append> append(
        String session, Target as, Json data, Optional<Sender> from, String dedupe) {
      return store.append(session, as, data, from, dedupe);
    }

    @Override
    public CompletionStage<Optional<Page>> read(Lease lease, long after, Bounds bounds) {
      return store.read(lease, after, bounds);
    }

    @Override
    public CompletionStage<Fence> acknowledge(Lease lease, long offset) {
      return away
          ? CompletableFuture.failedFuture(new NotDoneException("away"))
          : store.acknowledge(lease, offset);
    }

    @Override
    public void onAppend(Consumer<String> wake) {
      store.onAppend(wake);
    }
  }

  private final class Bus implements ClusterBus {
    private final ClusterBus bus;

    Bus(ClusterBus bus) {
      this.bus = bus;
    }

    @Override
    public CompletionStage<Name> announce(Announcement announcement) {
      return bus.announce(announcement);
    }

    @Override
    public CompletionStage<Void> leave(Owner owner) {
      return bus.leave(owner);
    }

    @Override
    public CompletionStage<Void> tell(Owner to, Notice notice) {
      return bus.tell(to, notice);
    }

    @Override
    public CompletionStage<Optional<Reply>> ask(
        Lane timer, Owner to, Question question, Duration within) {
      return bus.ask(timer, to, question, within);
    }

    @Override
    public void listen(Listener listener) {
      told = listener;
      bus.listen(listener);
    }
  }

  private static final class Nobody implements Authenticator {
    @Override
    public CompletionStage<Verdict> authenticate(String token, Peer peer) {
      return CompletableFuture.completedFuture(new Verdict.Refused("no token is good"));
    }

    @Override
    public boolean admitsAnonymous(Peer peer) {
      return true;
    }
  }
}
