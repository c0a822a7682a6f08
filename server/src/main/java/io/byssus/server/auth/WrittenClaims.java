package io.byssus.server.auth;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * The claims of a token that are numbers, as they are written. The library of the tokens makes long
 * ones and fractions a floating-point number, in which two users can become one, and multiplies
 * times until they overflow.
 */
record WrittenClaims(Map<String, String> numbers) {
  private static final JsonFactory JSON = new JsonFactory();
  private static final Set<String> TIMES = Set.of("exp", "nbf", "iat");

  /** The library counts milliseconds in 64 bits. */
  private static final BigDecimal SECONDS_MAX = BigDecimal.valueOf(Long.MAX_VALUE / 1000);

  /** Throws JacksonException if {@code payload} is not JSON, or has a number of extreme length. */
  static WrittenClaims of(String payload) {
    var numbers = new HashMap<String, String>();
    try (var in = JSON.createParser(ObjectReadContext.empty(), payload)) {
      if (in.nextToken() == JsonToken.START_OBJECT) {
        for (var name = in.nextName(); name != null; name = in.nextName()) {
          if (in.nextToken().isNumeric()) {
            numbers.put(name, in.getString());
          }
          in.skipChildren();
        }
      }
    }
    return new WrittenClaims(numbers);
  }

  Optional<String> number(String claim) {
    return Optional.ofNullable(numbers.get(claim));
  }

  /** Whether all times are what the library takes them for. Fractions of a second are. */
  boolean timesFit() {
    return TIMES.stream()
        .map(this::number)
        .flatMap(Optional::stream)
        .allMatch(time -> new BigDecimal(time).abs().compareTo(SECONDS_MAX) <= 0);
  }
}
