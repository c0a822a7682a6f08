package io.byssus.server.settings;

import io.byssus.core.channel.Namespace;
import io.byssus.core.channel.Namespaces;
import io.byssus.server.config.ByteSize;
import io.byssus.server.config.Constraints;
import io.byssus.server.config.Group;
import io.byssus.server.config.Problem;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The group namespaces: rules for channels, by the names that the operator gave them. */
public record NamespacesConfig(Map<String, NamespaceConfig> byName) {
  /** There is always a namespace of this name. */
  static final String DEFAULT = "default";

  private static final String DEMO_PREFIX = "chat:";

  public NamespacesConfig {
    byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
  }

  static NamespacesConfig read(Group root) {
    return new NamespacesConfig(
        root.named(
            "namespaces",
            "Rules for the channels whose names start with a prefix; the longest prefix that fits"
                + " decides. Give each namespace a name of your own in place of the asterisk. The"
                + " one named default has the empty prefix, and so the channels that no other"
                + " claims. If none has the prefix chat:, the channels that begin with it have"
                + " presence, for the demo page.",
            DEFAULT,
            NamespaceConfig::read));
  }

  /**
   * @param demo whether there is a demo page, which talks in channels of its own
   */
  Namespaces rules(boolean demo) {
    var all = new ArrayList<Namespace>();
    byName.forEach((name, namespace) -> all.add(namespace.rules(name)));
    if (demo && all.stream().noneMatch(namespace -> namespace.prefix().equals(DEMO_PREFIX))) {
      all.add(demo(new Namespaces(all).of(DEMO_PREFIX)));
    }
    return new Namespaces(all);
  }

  /**
   * Where the demo page talks, unless it is configured: it shows who is there, and in all else is
   * what its channels would be without it, so it opens nothing that was closed.
   */
  private static Namespace demo(Namespace like) {
    return new Namespace(
        DEMO_PREFIX,
        like.retention(),
        like.afterLoss(),
        true,
        List.of("name"),
        like.publish(),
        like.subscribe(),
        like.overflow());
  }

  /** Nothing is kept for longer than the channel itself. */
  void checkLifetimes(Constraints rules, Duration ttl) {
    byName.forEach((name, namespace) ->
        rules.atMost(
            "namespaces." + name + ".history.age", namespace.history().age(), "channels.ttl", ttl));
  }

  void check(Constraints rules, int longestName) {
    var byPrefix = new HashMap<String, String>();
    byName.forEach((name, namespace) -> {
      var prefix = namespace.prefix(name);
      prefix(rules, name, prefix, longestName);
      var other = byPrefix.putIfAbsent(prefix, name);
      rules.require(
          other == null,
          Problem.quoted(prefix) + " is already the prefix of namespaces." + other,
          path(name),
          path(String.valueOf(other)));
    });
  }

  private static void prefix(Constraints rules, String name, String prefix, int longest) {
    rules.require(
        !name.equals(DEFAULT) || prefix.isEmpty(),
        Problem.quoted(prefix)
            + ": the namespace default takes all channels that no other claims, and has no prefix;"
            + " remove it",
        path(name));
    rules.require(
        prefix.getBytes(StandardCharsets.UTF_8).length < longest,
        Problem.quoted(prefix)
            + " leaves no room for a name: limits.channel-name is "
            + new ByteSize(longest),
        path(name),
        "limits.channel-name");
  }

  private static String path(String namespace) {
    return "namespaces." + namespace + ".prefix";
  }
}
