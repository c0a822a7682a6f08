package io.byssus.transport;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
   * A page that takes longer than an event loop may. Who asks while it is being made gets the same,
   * so that there is one of them however many ask.
   */
  final class SlowPage implements Route {
    private static final Logger log = LoggerFactory.getLogger(SlowPage.class);

    private final Supplier<HttpReply> reply;
    private final AtomicReference<@Nullable CompletableFuture<HttpReply>> underWay =
        new AtomicReference<>();

    SlowPage(Supplier<HttpReply> reply) {
      this.reply = reply;
    }

    /** Done on another thread, and never fails. */
    CompletionStage<HttpReply> made() {
      var mine = new CompletableFuture<HttpReply>();
      var others = underWay.compareAndExchange(null, mine);
      if (others != null) {
        return others;
      }
      Thread.startVirtualThread(() -> {
        var made = make();
        underWay.set(null); // before it is told: whoever asks from here on gets a newer one
        mine.complete(made);
      });
      return mine;
    }

    private HttpReply make() {
      try {
        return reply.get();
      } catch (RuntimeException | OutOfMemoryError e) {
        log.error("a page could not be made", e);
        return HttpReply.status(500);
      }
    }
  }

  /**
   * @param tag changes with the content (RFC 9110 section 8.8.3)
   */
  record File(HttpReply reply, String tag) implements Route {}
}
