package io.byssus.server.auth;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tokens that were verified, by their SHA-256, so that clients who come back with the same one do
 * not cost a signature again. One is forgotten when it has expired, when its key has gone, or when
 * there are too many: then the one that was asked for least recently. *Shared*: a short critical
 * section on whichever thread.
 */
final class VerifiedTokens {
  /** About what one takes, ten times over: together a fortieth of the heap at most. */
  private static final int HEAP_BYTES_EACH = 8 << 10;

  private static final int LEAST = 1 << 10;
  private static final int MOST = 1 << 20;

  /**
   * What a token says, and with which key.
   *
   * @param expires when it holds no more, the skew included
   */
  record Known(String user, Instant expires, TrustedKey key) {}

  /** The SHA-256 of a token. */
  record Digest(long a, long b, long c, long d) {
    static Digest of(String token) {
      try {
        var hash = MessageDigest.getInstance("SHA-256");
        var bytes = ByteBuffer.wrap(hash.digest(token.getBytes(StandardCharsets.UTF_8)));
        return new Digest(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java has SHA-256", e);
      }
    }

    /** It is as good as any other part. */
    @Override
    public int hashCode() {
      return (int) a;
    }
  }

  private final Map<Digest, Known> known;

  VerifiedTokens(int most) {
    known =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Digest, Known> eldest) {
            return size() > most;
          }
        };
  }

  /** As many as this JVM has room for. */
  static VerifiedTokens fitting() {
    var fit = Runtime.getRuntime().maxMemory() / HEAP_BYTES_EACH;
    return new VerifiedTokens(Math.clamp(fit, LEAST, MOST));
  }

  synchronized Optional<Known> of(Digest token, Instant now) {
    var found = known.get(token);
    if (found == null) {
      return Optional.empty();
    }
    if (found.key().dropped() || !now.isBefore(found.expires())) {
      known.remove(token);
      return Optional.empty();
    }
    return Optional.of(found);
  }

  synchronized void add(Digest token, Known what) {
    known.put(token, what);
  }

  synchronized int size() {
    return known.size();
  }
}
