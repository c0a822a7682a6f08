package io.byssus.core.operations;

import io.byssus.protocol.Sender;

/** Who asks. */
public sealed interface Principal {
  /** A client by its session: the rules of the namespaces say what its user may do. */
  record Client(Sender who) implements Principal {}

  /**
   * A program that showed a key of the API.
   *
   * @param name what operators call the key; never the key itself
   */
  record Key(String name, Grants grants) implements Principal {}

  /** Whoever runs this node, or the program that it is a part of: may do everything. */
  record Operator() implements Principal {}

  /** Whether the right is given as a whole. No client has one of these. */
  default boolean may(Right right) {
    return switch (this) {
      case Client _ -> false;
      case Key(var _, var grants) -> grants.allow(right);
      case Operator _ -> true;
    };
  }

  /** Whether the right is given at all, be it for one channel. */
  default boolean mayAny(Right right) {
    return switch (this) {
      case Client _ -> false;
      case Key(var _, var grants) -> grants.any(right);
      case Operator _ -> true;
    };
  }
}
