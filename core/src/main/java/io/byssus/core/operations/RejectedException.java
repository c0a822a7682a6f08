package io.byssus.core.operations;

import io.byssus.protocol.ErrorCode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * An operation that was surely not done, for a reason that whoever asked may be told. It becomes
 * {@link Answer.Rejected}; as a failure of a stage it costs those nothing that are not rejected.
 */
public final class RejectedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final String words;

  public RejectedException(ErrorCode code, String words) {
    // Without stack trace: being refused must not cost more than being served.
    super(words, null, false, false);
    this.code = code;
    this.words = words;
  }

  static <T> CompletionStage<T> stage(ErrorCode code, String words) {
    return CompletableFuture.failedFuture(new RejectedException(code, words));
  }

  /** The one in {@code failure}, be it wrapped as stages wrap; null if it is another failure. */
  public static @Nullable RejectedException in(@Nullable Throwable failure) {
    var cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof RejectedException rejected ? rejected : null;
  }

  public ErrorCode code() {
    return code;
  }

  public String words() {
    return words;
  }
}
