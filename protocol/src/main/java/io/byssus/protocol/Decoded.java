package io.byssus.protocol;

/** What became of a client's text: a command, or what is wrong with it. */
public sealed interface Decoded {
  /** Of the command, 0 when it has none or could not be read. */
  long id();

  record Good(Command command) implements Decoded {
    @Override
    public long id() {
      return command.id();
    }
  }

  /**
   * @param message for the client: says what was expected, never repeats what came
   */
  record Bad(long id, ErrorCode code, String message) implements Decoded {}
}
