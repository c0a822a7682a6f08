package io.byssus.server.config;

import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * How the values of one type are written: read from text, shown to people, held against a range.
 *
 * @param what what is allowed, as it stands after "expected "
 * @param parse throws {@link Refused}, or {@link IllegalArgumentException} or {@link
 *     ArithmeticException} where {@code what} says it all
 * @param show the text that {@code parse} would read
 * @param measure what a range is about: the value itself, or the length of a text
 * @param bound the same for a bound as {@link Key} has it
 */
record Form<T>(
    String what,
    Function<String, T> parse,
    Function<T, String> show,
    ToLongFunction<T> measure,
    ToLongFunction<String> bound) {

  /** A text that is not a value, with the reason for the operator. */
  static final class Refused extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    Refused(String reason) {
      super(reason);
    }

    String reason() {
      return String.valueOf(getMessage());
    }
  }

  /** Values with an order of their own: their bounds are values too. */
  static <T> Form<T> ordered(
      String what, Function<String, T> parse, Function<T, String> show, ToLongFunction<T> measure) {
    return new Form<>(what, parse, show, measure, text -> measure.applyAsLong(parse.apply(text)));
  }

  /** Values whose length is bounded. */
  static <T> Form<T> sized(
      String what, Function<String, T> parse, Function<T, String> show, ToLongFunction<T> length) {
    return new Form<>(what, parse, show, length, Long::parseLong);
  }

  /** Values that are told one by one. */
  static <T> Form<T> named(String what, Function<String, T> parse, Function<T, String> show) {
    return new Form<>(what, parse, show, _ -> 0, _ -> 0);
  }
}
