package io.byssus.core.presence;

import io.byssus.protocol.ServerMessage.Member;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Who is in a channel: the port of an engine. An entry vanishes by itself when it was not entered
 * or touched for the time to live, so a dead node's members are gone after that.
 */
public interface PresenceStore {
  /** Adds or replaces the member. */
  CompletionStage<Void> enter(String channel, Member member);

  CompletionStage<Void> leave(String channel, String session);

  /** Starts the time to live of these entries anew; brings none back that is gone. */
  CompletionStage<Void> touch(Collection<Entry> entries);

  record Entry(String channel, String session) {}

  /** At most {@code limit} members, in no particular order. */
  CompletionStage<List<Member>> members(String channel, int limit);
}
