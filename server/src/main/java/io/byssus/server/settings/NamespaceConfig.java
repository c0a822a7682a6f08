package io.byssus.server.settings;

import io.byssus.core.channel.Access;
import io.byssus.core.channel.AfterLoss;
import io.byssus.core.channel.Namespace;
import io.byssus.core.channel.Retention;
import io.byssus.core.connection.Overflow;
import io.byssus.server.config.Group;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** One of the group namespaces: the rules for the channels whose names start with a prefix. */
public record NamespaceConfig(
    Optional<String> prefix,
    History history,
    AfterLoss recovery,
    boolean presence,
    List<String> presenceAttributes,
    Access publish,
    Access subscribe,
    Overflow overflow) {
  static NamespaceConfig read(Group in) {
    return new NamespaceConfig(
        in.key("prefix", "What the names of its channels start with.")
            .maybeText("the namespace's name and a colon; of default: empty", 0, 200),
        History.read(in.group("history", "What is kept of each channel, for those who come back.")),
        in.key(
                "recovery",
                "Where a subscription continues after missing publications that are not kept any"
                    + " more: from-oldest (with the oldest that is kept) or from-now (with the next"
                    + " publication).")
            .oneOf(AfterLoss.FROM_OLDEST),
        in.key("presence", "Whether clients can see who is in a channel.").flag(false),
        in.key("presence-attributes", "The session attributes that presence shows.")
            .list(64, "names"),
        in.key(
                "publish",
                "Which clients may publish: everyone, users (those with a token) or nobody; error"
                    + " forbidden.")
            .oneOf(Access.EVERYONE),
        in.key("subscribe", "Which clients may subscribe, in the same words; error forbidden.")
            .oneOf(Access.EVERYONE),
        in.key(
                "overflow",
                "What happens to a reader that is too slow: disconnect (it can resume; close code"
                    + " slow_consumer), drop-oldest (it is told of the gap) or latest (it gets"
                    + " only the newest of each channel).")
            .oneOf(Overflow.DISCONNECT));
  }

  public record History(int size, Duration age) {
    private static History read(Group in) {
      return new History(
          in.key(
                  "size",
                  "How many publications are kept; 0 keeps none, and the channel has no positions.")
              .count(100, 0, 1_000_000, "publications"),
          in.key("age", "How long each is kept.").duration("10m", "1s", "30d"));
    }
  }

  /**
   * @param name that it has in the configuration
   */
  Namespace rules(String name) {
    return new Namespace(
        prefix(name),
        retention(),
        recovery,
        presence,
        presenceAttributes,
        publish,
        subscribe,
        overflow);
  }

  private Retention retention() {
    return history.size() == 0 ? Retention.EPHEMERAL : new Retention(history.size(), history.age());
  }

  /** What the names of its channels start with, if it has this name in the configuration. */
  String prefix(String name) {
    return prefix.orElse(name.equals(NamespacesConfig.DEFAULT) ? "" : name + ":");
  }
}
