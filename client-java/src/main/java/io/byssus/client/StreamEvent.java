package io.byssus.client;

import io.byssus.protocol.Gap;
import io.byssus.protocol.Position;
import java.util.Optional;

/** What comes in a {@link MessageStream}, in this order: messages, and what befalls them. */
public sealed interface StreamEvent permits Message, StreamEvent.Told {
  /** All that is not a message. */
  sealed interface Told extends StreamEvent {}

  /**
   * The server has the subscription; told after each connect that made or restored it.
   *
   * @param position where the channel stands, empty for patterns and ephemeral channels
   */
  record Subscribed(Optional<Position> position) implements Told {}

  /**
   * What became of the wish to read on, told behind the last missed message.
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
   *     slow, {@code hole} when offsets leapt and the server did not say why
   */
  record Lost(String reason) implements Told {}

  /** The server has ended the subscription: the session may not have it any more. */
  record Unsubscribed() implements Told {}

  /** The server refuses the subscription. It is asked for again with the next new session. */
  record Refused(ByssusException why) implements Told {}
}
