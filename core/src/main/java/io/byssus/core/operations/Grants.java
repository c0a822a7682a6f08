package io.byssus.core.operations;

import io.byssus.core.channel.ChannelName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a principal may do, as scopes: {@code sessions:read} gives a right as a whole, {@code
 * publish:news} gives it for one channel, {@code publish:news.*} for all channels whose names start
 * so, and {@code publish:*} for all there are. {@code *} alone gives everything. Immutable.
 */
public final class Grants {
  public static final Grants ALL = of(List.of("*"));

  private static final String EVERY = "*";

  /** For a right as a whole: one pattern, {@link #EVERY}. */
  private final Map<Right, List<String>> patterns;

  private final List<String> scopes;

  private Grants(Map<Right, List<String>> patterns, List<String> scopes) {
    this.patterns = patterns;
    this.scopes = scopes;
  }

  /**
   * @throws IllegalArgumentException for what is no scope; the message may be shown to whoever
   *     wrote it
   */
  public static Grants of(Collection<String> scopes) {
    var patterns = new EnumMap<Right, List<String>>(Right.class);
    for (var scope : scopes) {
      if (scope.equals(EVERY)) {
        Arrays.stream(Right.values()).forEach(right -> add(patterns, right, EVERY));
        continue;
      }
      var whole = Right.of(scope, false);
      if (whole.isPresent()) {
        add(patterns, whole.get(), EVERY);
        continue;
      }
      var colon = scope.indexOf(':');
      var right = Right.of(colon < 0 ? scope : scope.substring(0, colon), true);
      if (right.isEmpty()) {
        throw new IllegalArgumentException("no such scope: " + scope + ". There are " + known());
      }
      var pattern = colon < 0 ? "" : scope.substring(colon + 1);
      if (pattern.isEmpty()) {
        throw new IllegalArgumentException(
            "scope %s needs channels: %s:* for all, %1$s:news.* for those that start with news."
                .formatted(right.get().scope(), right.get().scope()));
      }
      var star = pattern.indexOf('*');
      if (star >= 0 && star < pattern.length() - 1) {
        throw new IllegalArgumentException(
            "* may stand only at the end of the channels of a scope: " + scope);
      }
      add(patterns, right.get(), pattern);
    }
    return new Grants(patterns, List.copyOf(scopes));
  }

  private static void add(Map<Right, List<String>> patterns, Right right, String pattern) {
    patterns.computeIfAbsent(right, none -> new ArrayList<>(1)).add(pattern);
  }

  /** The scopes that there are, for a person. */
  public static String known() {
    return Arrays.stream(Right.values())
        .map(right -> right.onChannels() ? right.scope() + ":CHANNELS" : right.scope())
        .collect(Collectors.joining(", ", "", ", *"));
  }

  /** Whether the right is given as a whole, or for all channels. */
  public boolean allow(Right right) {
    return patterns.getOrDefault(right, List.of()).contains(EVERY);
  }

  /** Whether the right is given for this channel. */
  public boolean allow(Right right, String channel) {
    var given = patterns.get(right);
    if (given == null) {
      return false;
    }
    for (var pattern : given) {
      if (ChannelName.isPattern(pattern)
          ? channel.regionMatches(0, pattern, 0, pattern.length() - 1)
          : channel.equals(pattern)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the right is given for anything. */
  public boolean any(Right right) {
    return patterns.containsKey(right);
  }

  /** As they were given. */
  public List<String> scopes() {
    return scopes;
  }

  @Override
  public String toString() {
    return String.join(" ", scopes);
  }
}
