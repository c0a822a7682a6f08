package io.byssus.client;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Tells listeners what happens to the client, in order, off the lane. Any thread may call. */
final class Events {
  private record Listener<E>(Class<E> kind, Consumer<? super E> handler) {
    void accept(ClientEvent event) {
      if (kind.isInstance(event)) {
        handler.accept(kind.cast(event));
      }
    }
  }

  private final CopyOnWriteArrayList<Listener<?>> listeners = new CopyOnWriteArrayList<>();
  private final SerialExecutor inOrder;

  Events(Executor executor) {
    this.inOrder = new SerialExecutor(executor);
  }

  <E extends ClientEvent> void on(Class<E> kind, Consumer<? super E> handler) {
    listeners.add(new Listener<>(kind, handler));
  }

  void emit(ClientEvent event) {
    inOrder.execute(() -> listeners.forEach(listener -> listener.accept(event)));
  }
}
