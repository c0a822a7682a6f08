package io.byssus.redis;

import io.lettuce.core.RedisConnectionException;
import java.io.Serial;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * A server is there, and does not let this node in: it wants other credentials, or one of the two
 * does not trust the other. The message says which keys decide that.
 */
final class DeniedException extends RedisConnectionException {
  @Serial private static final long serialVersionUID = 1;

  private DeniedException(String message, Throwable failure) {
    super(message);
    addSuppressed(failure); // as a cause its words would stand for ours
  }

  /**
   * Empty when the failure is of another kind.
   *
   * @param login the keys that say as whom this node comes
   * @param tls the key that says whether it is TLS
   */
  static Optional<DeniedException> of(Throwable failure, String login, String tls) {
    var said = Clients.reason(failure);
    return switch (said.split(" ", 2)[0]) {
      case "WRONGPASS" ->
          because(failure, "it refuses the user or the password (WRONGPASS): see " + login);
      case "NOAUTH" -> because(failure, "it asks for a password (NOAUTH): see " + login);
      case "NOPERM" ->
          because(
              failure,
              "the user may not do enough there ("
                  + said
                  + "): see \"A user with few rights\" in docs/operations/redis.md");
      default ->
          silent(said)
              ? because(
                  failure,
                  "it takes the connection and gives no answer ("
                      + said
                      + "): it hangs, or only one of the two speaks TLS: see "
                      + tls)
              : tlsFailure(failure).map(e -> new DeniedException(untrusted(e, tls), failure));
    };
  }

  /** Of a server that is asked for TLS and has none, and the other way round. */
  private static boolean silent(String said) {
    return said.startsWith("Connection initialization timed out")
        || said.contains("Connection reset")
        || said.startsWith("Connection closed prematurely");
  }

  private static Optional<DeniedException> because(Throwable failure, String sentence) {
    return Optional.of(new DeniedException(sentence, failure));
  }

  private static Optional<SSLException> tlsFailure(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SSLException e) {
        return Optional.of(e);
      }
    }
    return Optional.empty();
  }

  private static String untrusted(SSLException failure, String tls) {
    var said = Clients.reason(failure);
    if (said.toLowerCase(Locale.ROOT).contains("not an ssl/tls record")) {
      return "it does not speak TLS: see " + tls;
    }
    if (said.toLowerCase(Locale.ROOT).contains("fatal alert")) {
      return "it refuses the TLS connection ("
          + said
          + "): it may ask for a certificate of this node, or not trust the one that it is shown:"
          + " see redis.cert-file and redis.key-file";
    }
    return "its certificate is not trusted ("
        + said
        + "): see redis.ca-file, and whether the certificate is for the name in the address";
  }
}
