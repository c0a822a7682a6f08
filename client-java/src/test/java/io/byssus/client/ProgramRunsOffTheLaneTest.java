package io.byssus.client;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Real lanes: whatever the program brings along, none of it runs there. */
class ProgramRunsOffTheLaneTest {
  private static final String LANE = "byssus-lane-";

  /** A socket that never opens. */
  private static final class NoSocket implements Transport.Socket {
    @Override
    public void send(String text) {}

    @Override
    public void close() {}

    @Override
    public void abort() {}
  }

  private static Client start(UnaryOperator<ClientBuilder> options) {
    var builder = new ClientBuilder(URI.create("ws://nowhere/ws"));
    builder.transport = _ -> (_, _) -> new NoSocket();
    return options.apply(builder).connect();
  }

  /** Where the program hears that its client is closed, and where its future fails. */
  private static void hearsElsewhere(Executor executor) throws Exception {
    var threads = new ArrayList<CompletableFuture<String>>();
    for (int i = 0; i < 2; i++) {
      threads.add(new CompletableFuture<>());
    }
    var client = start(builder -> builder.executor(executor));
    client.on(
        ClientEvent.Closed.class, _ -> threads.get(0).complete(Thread.currentThread().getName()));
    var unused =
        client
            .publish("news", "1")
            .whenComplete((_, _) -> threads.get(1).complete(Thread.currentThread().getName()));
    client.close();
    for (var thread : threads) {
      assertThat(thread.get(30, SECONDS)).doesNotStartWith(LANE);
    }
  }

  @Test
  void anExecutorThatRunsOnItsCallersThreadDoesNotGetTheLane() throws Exception {
    hearsElsewhere(Runnable::run);
  }

  @Test
  void anExecutorThatTakesNothingIsReplaced() throws Exception {
    hearsElsewhere(_ -> {
      throw new RejectedExecutionException("on purpose");
    });
    hearsElsewhere(_ -> {
      throw new IllegalStateException("on purpose");
    });
  }

  @Test
  void whatIsAskedBeforeAConnectionIsAskedElsewhere() throws Exception {
    var network = new CompletableFuture<String>();
    var token = new CompletableFuture<String>();
    var client =
        start(builder ->
            builder
                .adaptiveHeartbeat()
                .network(() -> {
                  network.complete(Thread.currentThread().getName());
                  return "wifi";
                })
                .token(_ -> {
                  token.complete(Thread.currentThread().getName());
                  return CompletableFuture.completedFuture("t");
                }));
    assertThat(network.get(30, SECONDS)).doesNotStartWith(LANE);
    assertThat(token.get(30, SECONDS)).doesNotStartWith(LANE);
    client.close();
  }

  @Test
  void manyClientsShareAFewLanes() throws Exception {
    var clients = new ArrayList<Client>();
    var closed = new CountDownLatch(500);
    for (int i = 0; i < 500; i++) {
      var client = start(builder -> builder);
      client.on(ClientEvent.Closed.class, _ -> closed.countDown());
      clients.add(client);
    }
    var lanes =
        Thread.getAllStackTraces().keySet().stream()
            .map(Thread::getName)
            .filter(name -> name.startsWith(LANE))
            .collect(Collectors.toList());
    assertThat(lanes).hasSizeBetween(1, Runtime.getRuntime().availableProcessors());
    clients.forEach(Client::close);
    assertThat(closed.await(30, SECONDS)).isTrue();
  }

  @Test
  void closeReturnsWhenTheStoreHasBeenWritten() throws Exception {
    var began = new CountDownLatch(1);
    var mayGoOn = new CountDownLatch(1);
    var saved = new CompletableFuture<SavedSession>();
    var store =
        new Store() {
          @Override
          public Optional<SavedSession> load() {
            return Optional.of(new SavedSession("s1", "r1", Map.of(), OptionalLong.of(7)));
          }

          @Override
          public void save(SavedSession session) {
            began.countDown();
            try {
              mayGoOn.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            saved.complete(session);
          }

          @Override
          public void clear() {}
        };
    var client = start(builder -> builder.store(store));
    var resuming = new CountDownLatch(1);
    client.on(ClientEvent.class, _ -> resuming.countDown());
    if (client.state() != ClientState.RESUMING) {
      assertThat(resuming.await(30, SECONDS)).isTrue();
    }
    var other =
        new Thread(() -> {
          try {
            began.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          mayGoOn.countDown();
        });
    other.start();
    client.close();
    assertThat(saved).isCompleted();
    client.close();
  }
}
