package io.byssus.core.channel;

/**
 * Hears what a join brings, piece by piece, unless the subscription has left meanwhile. On its
 * lane; the first live publication comes after the piece that is the last.
 */
@FunctionalInterface
public interface Joined {
  void joined(Piece piece);
}
