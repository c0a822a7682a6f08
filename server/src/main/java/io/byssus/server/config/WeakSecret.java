package io.byssus.server.config;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Tells why a secret would not keep tokens from being forged. RFC 7518 section 3.2 asks for 256
 * bits; a known text has none.
 */
public final class WeakSecret {
  private static final int BITS_MIN = 256;
  private static final int REST_MIN = 16;
  private static final int DIFFERENT_MIN = 8;

  /** What tutorials, debuggers and templates have spread; the longer before their parts. */
  private static final List<String> EXAMPLES =
      List.of(
          "a-string-secret-at-least-256-bits-long",
          "at-least-256-bits",
          "your-256-bit-secret",
          "secret",
          "changeme",
          "change-me",
          "password",
          "example",
          "0123456789abcdef",
          "1234567890",
          "abcdefghijklmnopqrstuvwxyz");

  private WeakSecret() {}

  public static Optional<String> reason(Secret secret) {
    if (secret.bits() < BITS_MIN) {
      return Optional.of("has " + secret.bits() + " bits; at least " + BITS_MIN + " are needed");
    }
    var rest = new String(secret.reveal(), StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    for (var example : EXAMPLES) {
      rest = rest.replace(example, "");
    }
    var guessable = rest.length() < REST_MIN || rest.chars().distinct().count() < DIFFERENT_MIN;
    return guessable
        ? Optional.of("can be guessed; make one with: openssl rand -base64 48")
        : Optional.empty();
  }
}
