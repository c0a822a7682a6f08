package io.byssus.server.auth;

import java.util.ArrayList;
import java.util.List;

/** The keys of one origin at one time. */
record KeySet(List<TrustedKey> keys) {
  static final KeySet NONE = new KeySet(List.of());

  KeySet {
    keys = List.copyOf(keys);
  }

  /**
   * This set, but a key that was in {@code before} too is the object that it was there, so that
   * what it has verified stays known; those that are in it no more are dropped.
   */
  KeySet after(KeySet before) {
    var kept = new ArrayList<TrustedKey>();
    for (var key : keys) {
      kept.add(before.keys.stream().filter(key::same).findFirst().orElse(key));
    }
    before.keys.stream().filter(key -> !kept.contains(key)).forEach(TrustedKey::drop);
    return new KeySet(kept);
  }
}
