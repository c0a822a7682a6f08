package io.byssus.client;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Any thread. */
final class MemoryStore implements Store {
  private volatile @Nullable SavedSession saved;

  @Override
  public Optional<SavedSession> load() {
    return Optional.ofNullable(saved);
  }

  @Override
  public void save(SavedSession saved) {
    this.saved = saved;
  }

  @Override
  public void clear() {
    saved = null;
  }
}
