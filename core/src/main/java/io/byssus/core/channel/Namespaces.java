package io.byssus.core.channel;

import java.util.Comparator;
import java.util.List;

/**
 * All namespaces of a node; the longest prefix that fits a channel decides. One of them has the
 * empty prefix.
 */
public record Namespaces(List<Namespace> longestFirst) {
  public Namespaces {
    longestFirst =
        longestFirst.stream()
            .sorted(Comparator.comparingInt((Namespace n) -> n.prefix().length()).reversed())
            .toList();
    if (longestFirst.isEmpty() || !longestFirst.getLast().prefix().isEmpty()) {
      throw new IllegalArgumentException("one namespace needs the empty prefix");
    }
    var prefixes = longestFirst.stream().map(Namespace::prefix).distinct().count();
    if (prefixes < longestFirst.size()) {
      throw new IllegalArgumentException("two namespaces have the same prefix");
    }
  }

  public Namespace of(String channel) {
    for (var namespace : longestFirst) {
      if (channel.startsWith(namespace.prefix())) {
        return namespace;
      }
    }
    throw new IllegalStateException("the empty prefix fits every channel");
  }

  /** Whether it has no positions to read on from: a pattern, or a channel that keeps nothing. */
  public boolean positionless(String name) {
    return ChannelName.isPattern(name) || of(name).retention().ephemeral();
  }

  /**
   * Whether {@code user} may read every channel that {@code name}, a channel or a pattern, stands
   * for.
   */
  public boolean maySubscribe(String name, String user) {
    if (!ChannelName.isPattern(name)) {
      return of(name).subscribe().allows(user);
    }
    var stem = ChannelName.prefixOf(name);
    return of(stem).subscribe().allows(user)
        && longestFirst.stream()
            .filter(namespace -> namespace.prefix().startsWith(stem))
            .allMatch(namespace -> namespace.subscribe().allows(user));
  }
}
