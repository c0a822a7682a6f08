package io.byssus.core.node;

import io.byssus.core.connection.Peer;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Decides who a client is from the token of its connect. May take its time, on its own threads; the
 * stage never fails.
 */
public interface Authenticator {
  /**
   * @param token empty when connect has none; what the peer showed in the handshake counts then
   */
  CompletionStage<Verdict> authenticate(String token, Peer peer);

  /**
   * Whether this peer may come without a token: then it has time to say connect, and may only ping.
   */
  boolean admitsAnonymous(Peer peer);

  /** The answer. */
  sealed interface Verdict {
    /**
     * @param user empty: anonymous, but welcome
     * @param lasts for how long from now; then the client must come with another token
     */
    record Accepted(String user, Duration lasts) implements Verdict {
      /** For as long as the connection lives. */
      public Accepted(String user) {
        this(user, Duration.ofSeconds(Long.MAX_VALUE));
      }
    }

    /**
     * @param reason for the client to read; tells nothing that helps to guess
     */
    record Refused(String reason) implements Verdict {}

    /**
     * Nobody can tell at the moment. The client may try again, on this connection too.
     *
     * @param reason for the client to read
     */
    record Unavailable(String reason) implements Verdict {}
  }
}
