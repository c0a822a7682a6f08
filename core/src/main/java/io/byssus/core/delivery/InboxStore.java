package io.byssus.core.delivery;

import io.byssus.core.Bounds;
import io.byssus.core.session.Fence;
import io.byssus.core.session.Lease;
import io.byssus.protocol.Json;
import io.byssus.protocol.Sender;
import io.byssus.protocol.ServerMessage.Item;
import io.byssus.protocol.Target;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * The stream of messages directed to each session: the port of an engine. It lives and dies with
 * its session. Its offsets count 1, 2, 3, … as long as that lives; they leap by {@link #LEAP} where
 * an engine may have lost some, so that no offset ever names another message.
 */
public interface InboxStore {
  /** More messages than ever wait in one inbox. */
  int LEAP = 1 << 20;

  /**
   * Appends and wakes the session's owner, as one step, provided that the session is there and is
   * meant by {@code as}: that it is of this user, or has this tag. The directory may list it where
   * it stands no more; what the session has decides. Messages that one thread appends to one inbox
   * keep their order.
   *
   * <p>With a {@code dedupe} id that this session has taken within the window (5 minutes), nothing
   * happens, though the first message was acknowledged or has passed its age since. As many ids are
   * remembered for each session as messages may wait for it ({@code inboxMessages}); beyond that
   * the oldest is forgotten early. They live and die with the session. An engine that forgets a
   * session forgets them too, and {@link io.byssus.core.session.SessionStore#restore} does not
   * bring them back: a repetition after that is a new message.
   *
   * @param dedupe empty for none; the caller has made it unique for the sender and the target
   */
  CompletionStage<Append> append(
      String session, Target as, Json data, Optional<Sender> from, String dedupe);

  /** To the session itself, and never taken for a repetition. */
  default CompletionStage<Append> append(String session, Json data, Optional<Sender> from) {
    return append(session, new Target.ToSession(session), data, from, "");
  }

  /** What became of an append. */
  sealed interface Append {
    Append FULL = new Full();
    Append NO_SESSION = new NoSession();

    /**
     * The session has the message.
     *
     * @param duplicate whether it had it already: then nothing was stored
     * @param attached whether somebody holds the session now
     */
    record Taken(boolean duplicate, boolean attached) implements Append {}

    /** Over the cap of count or bytes; nothing was stored, nor its dedupe id remembered. */
    record Full() implements Append {}

    /** There is no such session, or the target does not mean it. */
    record NoSession() implements Append {}
  }

  /**
   * The messages after {@code after} that fit, oldest first; the engine keeps the bounds before it
   * builds the answer. The first may be later than {@code after + 1}: those between have passed
   * their age unread, or were acknowledged.
   *
   * @return empty when the lease is lost
   */
  CompletionStage<Optional<Page>> read(Lease lease, long after, Bounds bounds);

  /**
   * @param top offset of the newest message that the inbox ever had, 0 if none; the page may end
   *     before it
   */
  record Page(long top, List<Item> items) {
    public Page {
      items = List.copyOf(items);
    }
  }

  /**
   * Forgets everything up to {@code offset}; less than was acknowledged already changes nothing,
   * and more than was ever appended counts as everything.
   */
  CompletionStage<Fence> acknowledge(Lease lease, long offset);

  /**
   * {@code wake} is told, on any thread, of each session of this node that something was appended
   * for, and finds it when it reads. It may be told too often. A second call replaces it.
   */
  void onAppend(Consumer<String> wake);
}
