package io.byssus.server.config;

/**
 * How the values of one type are written: read from text, and held against a range.
 *
 * <p>Plain classes and no lambdas: this runs at every start, and each lambda costs one a good part
 * of a millisecond.
 */
public abstract class ValueType<T> {
  /** A text that is not a value, with the reason for the operator. */
  public static final class Refused extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    public Refused(String reason) {
      super(reason);
    }

    String reason() {
      return String.valueOf(getMessage());
    }
  }

  /** What is allowed, as it stands after "expected ". */
  public abstract String what();

  /**
   * Throws {@link Refused}, or IllegalArgumentException or ArithmeticException where {@link #what}
   * says it all.
   */
  public abstract T parse(String text);

  /** Whether a text that was refused may be shown. */
  public boolean repeatable(String text) {
    return true;
  }

  /**
   * What to do instead of writing the text on a command line, which everyone on the machine can
   * read; empty if it may stand there.
   *
   * @param variable the key's environment variable
   */
  public String offTheCommandLine(String text, T value, String variable) {
    return "";
  }

  /** Whether it may be written as a list. */
  public boolean list() {
    return false;
  }

  /** What a range is about: the value itself, or the length of a text. */
  public long measure(T value) {
    return 0;
  }

  /** The same for a bound, which is written like a value unless it is a length. */
  public long bound(String text) {
    return measure(parse(text));
  }
}
