package io.byssus.core.operations;

import io.byssus.core.NotDoneException;
import io.byssus.core.channel.Broker.Outcome;
import io.byssus.core.delivery.Router.Routed;
import io.byssus.protocol.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * What became of an operation, from how its stage ended: it was done, it was surely not done, or
 * nobody knows.
 */
public sealed interface Answer<T> {
  record Done<T>(T value) implements Answer<T> {}

  /** Surely not done. */
  record Rejected<T>(ErrorCode code, String message) implements Answer<T> {}

  /** It may have been done or not: to be repeated, with the same dedupe id if it has one. */
  record Unknown<T>(String message) implements Answer<T> {}

  /** Of an operation that changes something. Exactly one of the two is null. */
  static <T> Answer<T> of(@Nullable T value, @Nullable Throwable failure) {
    if (value != null) {
      return new Done<>(value);
    }
    var rejected = RejectedException.in(failure);
    if (rejected != null) {
      return new Rejected<>(rejected.code(), rejected.words());
    }
    return NotDoneException.is(failure)
        ? new Rejected<>(ErrorCode.UNAVAILABLE, "the engine did not take it")
        : new Unknown<>(SilentNodeException.wordsIn(failure));
  }

  /** Of an operation that only reads: one without an answer was surely not done. */
  static <T> Answer<T> ofRead(@Nullable T value, @Nullable Throwable failure) {
    return switch (of(value, failure)) {
      case Unknown<T>(var message) -> new Rejected<>(ErrorCode.UNAVAILABLE, message);
      case Answer<T> answer -> answer;
    };
  }

  static Answer<Outcome.Stored> published(@Nullable Outcome outcome, @Nullable Throwable failure) {
    return switch (outcome) {
      case Outcome.Stored stored -> new Done<>(stored);
      case Outcome.Rejected(var code) -> new Rejected<>(code, "not published");
      case null -> of(null, failure);
    };
  }

  static Answer<Routed> sent(@Nullable Routed routed, @Nullable Throwable failure) {
    if (routed == null || routed.sessions() > 0) {
      return of(routed, failure);
    }
    return routed.full() > 0
        ? new Rejected<>(ErrorCode.INBOX_FULL, "every matching inbox is full")
        : new Rejected<>(ErrorCode.NO_RECIPIENT, "no session matches the target");
  }
}
