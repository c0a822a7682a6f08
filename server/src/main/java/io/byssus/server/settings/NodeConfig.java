package io.byssus.server.settings;

import io.byssus.server.config.Constraints;
import io.byssus.server.config.Group;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** The group node: this node. */
public record NodeConfig(
    Optional<String> name, Optional<String> address, int lanes, Duration joinDelay) {
  private static final Pattern ADDRESS = Pattern.compile("[!-~]+");
  private static final Pattern NODE_NAME = Pattern.compile("[A-Za-z0-9._-]+");

  static NodeConfig read(Group in) {
    return new NodeConfig(
        in.key(
                "name",
                "The name of this node, unique in its cluster: letters, digits, dots, dashes and"
                    + " underscores.")
            .or("BYSSUS_NODE")
            .maybeText("the host name", 1, 64),
        in.key(
                "address",
                "Where this node is reached, as the list of nodes shows it to people: a host with"
                    + " a port, or a URL. Nothing connects there.")
            .maybeText("host and port that it listens on", 1, 255),
        in.key("lanes", "Threads that serve connections. 0 is one per processor.")
            .count(0, 0, 1024, "threads"),
        in.key(
                "join-delay",
                "How long a publication may wait for others to share one write; 0s joins only"
                    + " what is there already.")
            .duration("500us", "0s", "50ms"));
  }

  void check(Constraints rules) {
    rules.require(
        name.stream().allMatch(text -> NODE_NAME.matcher(text).matches()),
        "expected letters, digits, dots, dashes and underscores only",
        "node.name");
    rules.require(
        address.stream().allMatch(text -> ADDRESS.matcher(text).matches()),
        "expected a host with a port, or a URL",
        "node.address");
  }
}
