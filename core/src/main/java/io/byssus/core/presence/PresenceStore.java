package io.byssus.core.presence;

import io.byssus.core.Bounds;
import io.byssus.core.session.Lease;
import io.byssus.protocol.ServerMessage.Member;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Who is in a channel: the port of an engine. An entry vanishes by itself when it was not entered
 * or touched for the time to live, so a dead node's members are gone after that.
 *
 * <p>A session is in a channel under the lease by which it is attached. When it moves, nothing
 * orders what its old holder still says and what the new one says: so each step compares the
 * leases, and what comes late from an older attachment changes nothing. Each call is one atomic
 * step for each entry, and may be repeated.
 */
public interface PresenceStore {
  /**
   * Adds or replaces the member, whose session is attached under {@code lease}; does nothing if the
   * member is there under a later term.
   */
  CompletionStage<Void> enter(String channel, Member member, Lease lease);

  /**
   * Removes the session that is there under {@code lease}, or under an earlier term; another
   * attachment's entry stays.
   */
  CompletionStage<Void> leave(String channel, Lease lease);

  /**
   * Starts the time to live of these entries anew. Answers those that are not there under their
   * lease, and not under a later term either: they are to be entered again.
   */
  CompletionStage<List<Entry>> touch(Collection<Entry> entries);

  record Entry(String channel, Lease lease) {}

  /**
   * Who is there, as many as fit; the engine keeps the bounds before it builds the answer.
   *
   * <p>The members are in the order of their sessions, and the first ones are those that are told:
   * so the same are told each time while nobody comes or goes.
   */
  CompletionStage<Page> members(String channel, Bounds bounds);

  /**
   * The first members of a channel.
   *
   * @param total how many there are, told or not, without those whose time has passed
   */
  record Page(List<Member> members, int total) {
    public static final Page NOBODY = new Page(List.of(), 0);

    public Page {
      members = List.copyOf(members);
    }
  }
}
