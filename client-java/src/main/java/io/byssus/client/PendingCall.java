package io.byssus.client;

import io.byssus.protocol.Command;
import io.byssus.protocol.ServerMessage;
import java.util.function.Function;
import java.util.function.LongFunction;

/**
 * Something that the program asked for, until it has its answer. Confined to the lane.
 *
 * @param <R> the kind of reply
 * @param <T> what the program gets
 */
final class PendingCall<R extends ServerMessage, T> {
  private final LongFunction<Command> command;
  private final Class<R> kind;
  private final Function<R, T> value;
  private final Promise<T> promise;
  private Lane.Alarm deadline = Lane.Alarm.NONE;
  private boolean hasDeadline;
  private long deadlineNs;
  private boolean tried;
  private boolean inDoubt;
  private boolean settled;

  /**
   * @param command by its id
   */
  PendingCall(
      LongFunction<Command> command, Class<R> kind, Function<R, T> value, Promise<T> promise) {
    this.command = command;
    this.kind = kind;
    this.value = value;
    this.promise = promise;
  }

  LongFunction<Command> command() {
    return command;
  }

  boolean settled() {
    return settled;
  }

  /** Returns whether this is the first try. */
  boolean firstTry() {
    var first = !tried;
    tried = true;
    return first;
  }

  /** Whether it has a deadline, and that is not after this time. */
  boolean endsBy(long atNs) {
    return hasDeadline && deadlineNs - atNs <= 0;
  }

  /** In place of the one before. */
  void deadline(long atNs, Lane.Alarm alarm) {
    deadline.cancel();
    deadline = alarm;
    deadlineNs = atNs;
    hasDeadline = true;
  }

  boolean inDoubt() {
    return inDoubt;
  }

  void inDoubt(boolean perhaps) {
    inDoubt = perhaps;
  }

  void resolve(ServerMessage reply) {
    if (!kind.isInstance(reply)) {
      reject(ByssusException.unknown("the server answered something else"));
    } else if (settle()) {
      promise.resolve(value.apply(kind.cast(reply)));
    }
  }

  void reject(ByssusException why) {
    if (settle()) {
      promise.reject(why);
    }
  }

  private boolean settle() {
    if (settled) {
      return false;
    }
    settled = true;
    deadline.cancel();
    return true;
  }

  /** How it ends without an answer, or by a refusal that says nothing of the tries before. */
  void giveUp(ByssusException surelyNot) {
    reject(inDoubt ? ByssusException.unknown("it may have been done; no answer came") : surelyNot);
  }
}
