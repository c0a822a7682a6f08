package io.byssus.core.delivery;

import io.byssus.protocol.Target;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Which sessions a user or a tag stands for: the port of an engine. An index beside the sessions:
 * an entry may outlive its session for a while, so whoever meets a missing session removes the
 * entry.
 */
public interface SessionDirectory {
  /**
   * Adds the session under {@code target} (nothing to do for a session target); again is no change.
   */
  CompletionStage<Void> add(Target target, String session);

  CompletionStage<Void> remove(Target target, String session);

  /**
   * The sessions of {@code target}, in the order in which they were added; a session stands for
   * itself.
   */
  CompletionStage<List<String>> sessions(Target target);
}
