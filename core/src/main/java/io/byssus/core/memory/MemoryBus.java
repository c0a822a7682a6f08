package io.byssus.core.memory;

import static java.util.concurrent.CompletableFuture.completedFuture;

import io.byssus.core.node.ClusterBus;
import io.byssus.core.session.Owner;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The bus of a node that is alone: it hears itself, and is never cut off. */
final class MemoryBus implements ClusterBus {
  private volatile @Nullable Listener listener;

  @Override
  public CompletionStage<Boolean> announce(Announcement announcement) {
    var listening = listener;
    if (listening != null) {
      listening.announced(announcement);
    }
    return completedFuture(true);
  }

  @Override
  public CompletionStage<Void> leave(Owner owner) {
    var listening = listener;
    if (listening != null) {
      listening.left(owner);
    }
    return completedFuture(null);
  }

  @Override
  public CompletionStage<Void> tell(Owner to, Notice notice) {
    var listening = listener;
    if (listening != null) {
      listening.told(notice);
    }
    return completedFuture(null);
  }

  @Override
  public void listen(Listener newListener) {
    listener = newListener;
  }
}
