package io.byssus.client;

import io.byssus.protocol.Gap;
import io.byssus.protocol.Position;
import java.util.Optional;

/** What comes in a {@link MessageStream}, in order: messages, and what happens to them. */
public sealed interface StreamEvent permits Message, StreamEvent.Told {
  /** All that is not a message. */
  sealed interface Told extends StreamEvent {}

  /**
   * The server has the subscription; after each connect that made or restored it.
   *
   * @param position where the channel stands, empty for patterns and ephemeral channels
   */
  record Subscribed(Optional<Position> position) implements Told {}

  /**
   * How the recovery of what was missed has ended, after the last missed message.
   *
   * @param recovered whether nothing is missing
   * @param reason why something is, empty when recovered; what is there behind it follows
   * @param missed how many missed messages came before this
   */
  record Recovered(boolean recovered, Optional<Gap> reason, int missed) implements Told {}

  /**
   * Here something is missing.
   *
   * @param reason one of section 8 of the protocol; {@code overflow} also when this program was too
   *     slow, {@code hole} when offsets were skipped without a reason
   */
  record Lost(String reason) implements Told {}

  /** The server has ended the subscription: the session may not have it any more. */
  record Unsubscribed() implements Told {}

  /** The server refuses the subscription. It is asked for again with the next new session. */
  record Refused(ByssusException why) implements Told {}
}
