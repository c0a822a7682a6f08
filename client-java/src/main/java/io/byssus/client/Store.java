package io.byssus.client;

import java.util.Optional;

/**
 * Keeps what a client needs to have its session again after a restart of the program. Called by one
 * thread at a time, never by the client's own, so that it may block. What it throws is logged, and
 * the client goes on: a store that fails costs the session at the next restart, nothing else.
 */
public interface Store {
  /** What was saved last; empty when there is nothing. */
  Optional<SavedSession> load();

  /** Replaces what was saved. At most ten times a second. */
  void save(SavedSession saved);

  /** The session is over. */
  void clear();

  /** A store in memory, for clients that follow one another in one process. */
  static Store inMemory() {
    return new MemoryStore();
  }
}
