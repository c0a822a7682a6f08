package io.byssus.protocol;

/** What became of a client's text: a command, or what is wrong with it. */
public sealed interface Decoded {
  record Good(Command command) implements Decoded {}

  /**
   * @param id of the command, 0 when it could not be read
   * @param message for the client: says what was expected, never repeats what came
   */
  record Bad(long id, ErrorCode code, String message) implements Decoded {}
}
