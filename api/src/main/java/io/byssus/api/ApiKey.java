package io.byssus.api;

import io.byssus.core.operations.Grants;
import io.byssus.core.operations.Principal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A key as it is kept: its name, the SHA-256 of what its holder shows, and what it is good for. In
 * text it is one line, as in {@code billing sha256:3f…9a publish:news.* send}.
 */
public final class ApiKey {
  private static final String PREFIX = "byk_";
  private static final String HASH = "sha256:";
  private static final int SECRET_BYTES = 32;
  private static final int HASH_BYTES = 32;

  private final Principal.Key principal;
  private final byte[] hash;

  private ApiKey(Principal.Key principal, byte[] hash) {
    this.principal = principal;
    this.hash = hash;
  }

  /**
   * A new key, which nobody has yet.
   *
   * @param secret what its holder shows; it is kept nowhere
   * @param line what the node is given
   */
  public record Made(String secret, String line) {
    @Override
    public String toString() {
      return line;
    }
  }

  /**
   * @param random of cryptographic strength
   * @throws IllegalArgumentException for what is no scope or no name
   */
  public static Made make(String name, List<String> scopes, RandomGenerator random) {
    var bytes = new byte[SECRET_BYTES];
    random.nextBytes(bytes);
    var secret = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    var line =
        name + " " + HASH + HexFormat.of().formatHex(hash(secret)) + " " + String.join(" ", scopes);
    parse(line);
    return new Made(secret, line);
  }

  /**
   * All keys of a text: one a line, or several with semicolons between them; what begins with # is
   * a remark.
   *
   * @throws IllegalArgumentException for a line that is none; repeats nothing of it but its number
   */
  static List<ApiKey> parseAll(String text) {
    var keys = new ArrayList<ApiKey>();
    var number = 0;
    for (var line : text.split("[\n;]")) {
      number++;
      var bare = line.strip();
      if (bare.isEmpty() || bare.startsWith("#")) {
        continue;
      }
      try {
        keys.add(parse(bare));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("key " + number + ": " + e.getMessage(), e);
      }
    }
    return List.copyOf(keys);
  }

  private static ApiKey parse(String line) {
    var words = List.of(line.strip().split("\\s+"));
    if (words.size() < 3 || !words.get(1).startsWith(HASH)) {
      throw new IllegalArgumentException(
          "a key is written as NAME sha256:HEX SCOPE…; ./byssus key prints such a line");
    }
    return new ApiKey(
        new Principal.Key(words.getFirst(), Grants.of(words.subList(2, words.size()))),
        hashOf(words.get(1).substring(HASH.length())));
  }

  private static byte[] hashOf(String hex) {
    try {
      var hash = HexFormat.of().parseHex(hex);
      if (hash.length == HASH_BYTES) {
        return hash;
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("sha256: must be followed by 64 hexadecimal digits", e);
    }
    throw new IllegalArgumentException("sha256: must be followed by 64 hexadecimal digits");
  }

  Principal.Key principal() {
    return principal;
  }

  /** Takes as long whether it is or not. */
  boolean is(byte[] shown) {
    return MessageDigest.isEqual(hash, shown);
  }

  static byte[] hash(String secret) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return principal.name() + " " + principal.grants();
  }
}
