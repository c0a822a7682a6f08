package io.byssus.tests.bench;

import java.time.Duration;

/** Work for one server, in a closed loop: the next piece begins when the one before is done. */
interface Load extends AutoCloseable {
  /**
   * Keeps the server at work for about that long, until everything begun is done.
   *
   * @return how many messages it has delivered, or connections it has taken
   */
  long run(Duration time);

  @Override
  void close();
}
