package io.byssus.tests.cluster;

import java.util.Set;

/**
 * What a history is held to. Order, identity and honest flags are owed always, and so is every
 * session that stays attached to its node, with its attributes: whatever Redis forgets, the node
 * writes it anew.
 *
 * @param kept the levels at which an acknowledged publication may not be lost
 * @param inboxesKept whether directed messages may not be lost either: they have no levels, and a
 *     primary that dies may take its newest ones with it
 */
record Promise(Set<String> kept, boolean inboxesKept) {
  /** Nothing that was in the memory of a primary has gone. */
  static final Promise EVERYTHING = new Promise(Set.of("accepted", "replicated", "fsynced"), true);

  /** A primary died, and what it had not handed over went with it. */
  static final Promise WHAT_IS_REPLICATED = new Promise(Set.of("replicated"), false);

  /** Redis was emptied. */
  static final Promise WHAT_IS_ATTACHED = new Promise(Set.of(), false);

  Promise {
    kept = Set.copyOf(kept);
  }
}
