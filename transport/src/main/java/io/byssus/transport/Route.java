package io.byssus.transport;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What is at a path. */
sealed interface Route {
  /** WebSockets of the native protocol. */
  record Session(BooleanSupplier welcome) implements Route {}

  /** WebSockets that carry the binary messages of another protocol. */
  record Bytes(BooleanSupplier welcome, ByteProtocol protocol) implements Route {}

  /** WebSockets that say back what they hear. */
  record Echo() implements Route {}

  record Page(Supplier<HttpReply> reply) implements Route {}

  /**
   * @param tag changes with the content (RFC 9110 section 8.8.3)
   */
  record File(HttpReply reply, String tag) implements Route {}
}
