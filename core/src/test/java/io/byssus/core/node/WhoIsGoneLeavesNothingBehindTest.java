package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Limits;
import io.byssus.core.NodeObserver;
import io.byssus.core.channel.Broker;
import io.byssus.core.engine.Engine;
import io.byssus.core.testing.FakeWire;
import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.ServerMessage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** A connection ends in the middle of what is done for it. */
class WhoIsGoneLeavesNothingBehindTest {
  private final Set<String> listenedTo = new TreeSet<>();
  private final List<Integer> deliveredTo = new ArrayList<>();
  private final Queue<Runnable> held = new ArrayDeque<>();
  private int historiesOfTheRoom;
  private final TestNode node =
      new TestNode(
          5,
          Limits.DEFAULTS,
          new UserPolicy.Unlimited(),
          new NodeObserver() {
            @Override
            public void delivered(String channel, int messages, int connections) {
              deliveredTo.add(connections);
            }
          },
          this::watched);

  private Engine watched(Engine engine) {
    var broker =
        (Broker)
            Proxy.newProxyInstance(
                Broker.class.getClassLoader(),
                new Class<?>[] {Broker.class},
                (proxy, method, arguments) -> {
                  switch (method.getName()) {
                    case "subscribe", "subscribePrefix" -> listenedTo.add((String) arguments[0]);
                    case "unsubscribe", "unsubscribePrefix" -> listenedTo.remove(arguments[0]);
                    case "history" -> {
                      if (arguments[0].equals("seen.room") && --historiesOfTheRoom == 0) {
                        var page = new CompletableFuture<Object>();
                        held.add(
                            () -> answer(page, () -> method.invoke(engine.broker(), arguments)));
                        return page;
                      }
                    }
                    default -> {}
                  }
                  try {
                    return method.invoke(engine.broker(), arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    return new Engine(
        engine.sessions(),
        broker,
        engine.inboxes(),
        engine.directory(),
        engine.presence(),
        engine.bus());
  }

  private static void answer(CompletableFuture<Object> page, Callable<Object> step) {
    try {
      ((CompletionStage<?>) step.call()).thenAccept(page::complete);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void noChannelIsListenedToForOneThatSubscribedAndWent() {
    for (int i = 0; i < 200; i++) {
      var client = node.connected("ann");
      client.post(new Command.Subscribe(client.nextId(), "kept.c" + i, Optional.empty()));
      for (int steps = i % 12; steps > 0; steps--) {
        node.lanes.step();
      }
      client.cut();
      node.lanes.settle();
    }
    assertThat(listenedTo).isEmpty();
  }

  @Test
  void noChannelIsListenedToForOneWhoIsGoneInTheTurnOfItsSubscribe() {
    for (int i = 0; i < 200; i++) {
      var client = node.connected("ann");
      client.post(new Command.Subscribe(client.nextId(), "c" + i, Optional.empty()));
      client.cut();
      node.lanes.settle();
    }
    assertThat(listenedTo).isEmpty();
  }

  @Test
  void oneWhoseOutboxOverflowsWithTheAnswerIsNotDeliveredToAndNotPresent() {
    var client = node.connected("ann");
    client.subscribe("kept.fill");
    historiesOfTheRoom = 2; // of the command, and then of the channel's feed
    client.say(new Command.Subscribe(77, "seen.room", Optional.empty()));
    fill(client);
    assertThat(client.socket().closed()).isEmpty();

    held.poll().run();
    node.lanes.settle();
    assertThat(client.socket().closed()).contains(CloseCode.SLOW_CONSUMER);

    var member = node.connected("bob");
    member.subscribe("seen.room");
    nobodyElseIsThere(member);
  }

  /** Until an answer finds no place any more. */
  private void fill(TestClient client) {
    var publisher = node.connected("pub");
    client.socket().stopReading();
    publisher.publish("kept.fill", "x".repeat(2_000)); // what the socket takes
    for (var left = Limits.DEFAULTS.outboxBytes() - 30; left > 0; left -= 30_000) {
      publisher.publish(
          "kept.fill", "x".repeat(Math.min(left, 30_000) - FakeWire.ENVELOPE_BYTES - 2));
    }
  }

  private void nobodyElseIsThere(TestClient member) {
    deliveredTo.clear();
    node.connected("pub").publish("seen.room", "hello");
    assertThat(deliveredTo).containsExactly(1);
    var present =
        TestClient.only(
            ServerMessage.Presence.class,
            member.say(new Command.GetPresence(member.nextId(), "seen.room")));
    assertThat(present.members()).hasSize(1);
  }
}
