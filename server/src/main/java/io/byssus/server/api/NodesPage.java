package io.byssus.server.api;

import io.byssus.core.node.NodeView;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * The page of /api/nodes: the nodes of the cluster as this one sees them. Its library is loaded by
 * the first request, so that a start does not wait for it.
 */
public final class NodesPage implements Supplier<String> {
  private final Supplier<List<NodeView>> members;

  public NodesPage(Supplier<List<NodeView>> members) {
    this.members = members;
  }

  /** What the page says; the names are promised. */
  private record Page(List<Entry> nodes) {}

  private record Entry(
      String name,
      String incarnation,
      String state,
      String address,
      String version,
      long uptimeSeconds,
      int connections,
      int sessions,
      boolean ready,
      boolean self) {
    static Entry of(NodeView node) {
      return new Entry(
          node.owner().node(),
          node.owner().incarnation(),
          node.state().name().toLowerCase(Locale.ROOT),
          node.address(),
          node.version(),
          node.uptime().toSeconds(),
          node.connections(),
          node.sessions(),
          node.ready(),
          node.self());
    }
  }

  @Override
  public String get() {
    return Lazy.MAPPER.writeValueAsString(new Page(members.get().stream().map(Entry::of).toList()));
  }

  private static final class Lazy {
    static final ObjectMapper MAPPER = new JsonMapper();
  }
}
