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
  private final boolean repeatable;
  private final Promise<T> promise;
  private Lane.Alarm deadline = Lane.Alarm.NONE;
  private boolean tried;
  private boolean inDoubt;
  private boolean settled;

  /**
   * @param command by its id
   * @param repeatable whether said twice is as said once
   */
  PendingCall(
      LongFunction<Command> command,
      Class<R> kind,
      Function<R, T> value,
      boolean repeatable,
      Promise<T> promise) {
    this.command = command;
    this.kind = kind;
    this.value = value;
    this.repeatable = repeatable;
    this.promise = promise;
  }

  boolean repeatable() {
    return repeatable;
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

  void deadline(Lane.Alarm alarm) {
    deadline = alarm;
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
