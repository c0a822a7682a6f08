package io.byssus.client;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Any thread. */
final class MemoryStore implements Store {
  private volatile @Nullable Held held;

  @Override
  public Optional<Held> load() {
    return Optional.ofNullable(held);
  }

  @Override
  public void save(Held held) {
    this.held = held;
  }

  @Override
  public void clear() {
    held = null;
  }
}
