package io.byssus.protocol;

/** What became of a text that should be a server's message. */
public sealed interface Received {
  record Good(ServerMessage message) implements Received {}

  /**
   * Not a message that we know.
   *
   * @param code {@link ErrorCode#UNKNOWN_TYPE}: a newer server says something that may be passed
   *     over
   */
  record Bad(ErrorCode code, String message) implements Received {}
}
