package io.byssus.core.delivery;

import io.byssus.protocol.Target;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Which sessions a user or a tag stands for: the port of an engine. An index beside the sessions,
 * which may list too many and must not list too few: whoever has a session says again and again
 * under which targets it stands, and {@link InboxStore#append} asks the session itself.
 *
 * <p>An entry that nobody has added again for {@link #LIVES} times to live of a session is gone. So
 * what a lost removal left behind passes, and the entry of a session outlives it.
 */
public interface SessionDirectory {
  /**
   * In times to live of a session. An entry is added again as often as its session is renewed,
   * three times in one; a session that is released then has one more.
   */
  int LIVES = 2;

  /** A session under a user or a tag; under a session target there is nothing to do. */
  record Entry(Target target, String session) {}

  /**
   * Adds the sessions under their targets. One that is there keeps its place; its time starts anew.
   */
  CompletionStage<Void> add(Collection<Entry> entries);

  default CompletionStage<Void> add(Target target, String session) {
    return add(List.of(new Entry(target, session)));
  }

  CompletionStage<Void> remove(Target target, String session);

  /**
   * As {@link #remove}, unless it was added within half a time to live of a session: for those who
   * have learned that a session is gone. One of the same name may have been made since.
   */
  CompletionStage<Void> removeOld(Target target, String session);

  /**
   * The sessions of {@code target}, in the order in which they were added; a session stands for
   * itself.
   */
  CompletionStage<List<String>> sessions(Target target);

  /**
   * The sessions of {@code target} after {@code cursor}, in that order, without looking at the
   * others. One that is there from the first page to the last is on one of them. A page may be
   * short and not be the last.
   *
   * @param cursor {@link #START}, or what the page before said
   * @throws IllegalArgumentException for a cursor that no page said
   */
  CompletionStage<Page> page(Target target, String cursor, int limit);

  /** The cursor of the first page. */
  String START = "";

  /**
   * @param next the cursor of the next page; empty when this is the last
   */
  record Page(List<String> sessions, Optional<String> next) {
    public Page {
      sessions = List.copyOf(sessions);
    }
  }
}
