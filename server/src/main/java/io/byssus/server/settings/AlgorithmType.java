package io.byssus.server.settings;

import io.byssus.server.auth.Algorithm;
import io.byssus.server.config.ValueType;
import java.util.Locale;

/** An algorithm of tokens that a key does not tell by itself, written as in their header. */
final class AlgorithmType extends ValueType<Algorithm> {
  @Override
  public String what() {
    return "HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384 or PS512";
  }

  @Override
  public Algorithm parse(String text) {
    return Algorithm.valueOf(text.toUpperCase(Locale.ROOT));
  }
}
