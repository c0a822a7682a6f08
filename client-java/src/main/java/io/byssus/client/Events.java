package io.byssus.client;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Tells listeners what happens to the client, in order, off the lane. Any thread may call. */
final class Events {
  private record Listener<E>(Class<E> kind, Consumer<? super E> handler) {
    void hear(ClientEvent event) {
      if (kind.isInstance(event)) {
        handler.accept(kind.cast(event));
      }
    }
  }

  private final CopyOnWriteArrayList<Listener<?>> listeners = new CopyOnWriteArrayList<>();
  private final InOrder inOrder;

  Events(Executor executor) {
    this.inOrder = new InOrder(executor);
  }

  <E extends ClientEvent> void on(Class<E> kind, Consumer<? super E> handler) {
    listeners.add(new Listener<>(kind, handler));
  }

  void tell(ClientEvent event) {
    inOrder.execute(() -> listeners.forEach(listener -> listener.hear(event)));
  }
}
