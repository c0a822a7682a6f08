package io.byssus.protocol;

/**
 * A text was not what it should be. Leaves the readers of this package in a hurry, and ends in
 * {@link JsonCodec}, or with whoever reads {@link JsonFields}; the message may be shown to whoever
 * sent the text.
 */
public final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final ErrorCode code;
  private final String words;

  public Refused(ErrorCode code, String words) {
    // Without stack trace: bad input must not cost more than good input does.
    super(words, null, false, false);
    this.code = code;
    this.words = words;
  }

  public static Refused missing(String field) {
    return new Refused(ErrorCode.MALFORMED, field + ": missing");
  }

  public static Refused expected(String field, String what) {
    return new Refused(ErrorCode.MALFORMED, field + ": expected " + what);
  }

  public ErrorCode code() {
    return code;
  }

  public String words() {
    return words;
  }
}
