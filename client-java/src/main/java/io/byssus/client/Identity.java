package io.byssus.client;

import io.byssus.protocol.Command;
import io.byssus.protocol.ServerMessage;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who the client is to the server, as last heard. Immutable.
 *
 * @param resume the secret; empty: there is no session
 * @param attributes name to JSON text, as last heard
 */
record Identity(
    String session,
    String resume,
    String user,
    String node,
    boolean resumed,
    Duration ttl,
    Map<String, String> attributes,
    Set<String> tags) {
  static final Identity NONE =
      new Identity("", "", "", "", false, Duration.ZERO, Map.of(), Set.of());

  Identity {
    attributes = Map.copyOf(attributes);
    tags = Set.copyOf(tags);
  }

  static Identity of(SavedSession saved) {
    return new Identity(
        saved.session(), saved.resume(), "", "", false, Duration.ZERO, Map.of(), Set.of());
  }

  boolean known() {
    return !resume.isEmpty();
  }

  Optional<Command.Resume> proof() {
    return known() ? Optional.of(new Command.Resume(session, resume)) : Optional.empty();
  }

  /** A resumed session has its own attributes and tags; they stay what they were. */
  Identity connected(
      ServerMessage.Connected said, Map<String, String> initial, Set<String> initialTags) {
    return new Identity(
        said.session(),
        said.resume(),
        said.user(),
        said.node(),
        said.resumed(),
        Duration.ofSeconds(said.ttlSeconds()),
        said.resumed() ? attributes : initial,
        said.resumed() ? tags : initialTags);
  }

  Identity with(ServerMessage.Attributes said) {
    return new Identity(
        session, resume, user, node, resumed, ttl, Messages.texts(said.attributes()), said.tags());
  }

  @Override
  public String toString() {
    return "Identity[session=" + session + ", user=" + user + "]";
  }
}
