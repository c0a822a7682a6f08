package io.byssus.server.transport;

import io.byssus.server.device.Gateways;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What is at a path. */
sealed interface Route {
  /** WebSockets of the native protocol. */
  record Session(BooleanSupplier welcome) implements Route {}

  /** WebSockets that carry device frames. */
  record Devices(BooleanSupplier welcome, Gateways gateways) implements Route {}

  /** WebSockets that say back what they hear. */
  record Echo() implements Route {}

  record Page(Supplier<HttpReply> reply) implements Route {}

  /** A page that takes longer than an event loop may. */
  record SlowPage(Supplier<HttpReply> reply) implements Route {}

  /**
   * @param tag changes with the content (RFC 9110 section 8.8.3)
   */
  record File(HttpReply reply, String tag) implements Route {}
}
