package io.byssus.server.auth;

import java.io.IOException;
import java.net.URI;

/** Gets what stands at an address. */
interface JwksFetch extends AutoCloseable {
  /**
   * Waits for it, a bounded time.
   *
   * @throws IOException if it cannot be had; the message is for the operator
   */
  String get(URI url) throws IOException, InterruptedException;

  @Override
  void close();
}
