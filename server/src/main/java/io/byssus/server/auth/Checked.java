package io.byssus.server.auth;

import java.time.Instant;
import java.util.concurrent.CompletionStage;

/** What a token turns out to be. */
sealed interface Checked {
  /**
   * @param expires when it holds no more, the skew included
   * @param issuer whose token it is
   */
  record Valid(String user, Instant expires, TrustedKey key, TrustedIssuer issuer)
      implements Checked {}

  /**
   * @param why as {@link TokenObserver} wants it
   * @param ours whether the signature is good, so that nobody else's key can be the right one
   */
  record Refused(TokenRefusal reason, String why, boolean ours) implements Checked {
    Refused(TokenRefusal reason, String why) {
      this(reason, why, false);
    }
  }

  /** Nobody knows: its key may be one that could not be read. */
  record Unknown(String why) implements Checked {}

  /** To be checked once more when this is done: there may be other keys then. */
  record Pending(CompletionStage<Void> keys) implements Checked {}
}
