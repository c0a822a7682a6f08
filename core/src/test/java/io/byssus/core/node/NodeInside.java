package io.byssus.core.node;

import io.byssus.core.channel.HubInside;
import io.byssus.core.lane.Lanes;

/** What a node holds, counted for a test: nothing must be left when everybody has gone. */
public record NodeInside(
    HubInside hub, int connections, int dispatchers, int atTheGates, int attachments) {
  /** While nothing runs on its lanes. */
  public static NodeInside of(Node node, Lanes lanes) {
    var watches = lanes.all().stream().map(node::watchdog).toList();
    return new NodeInside(
        HubInside.of(node.hub),
        node.connections(),
        watches.stream().mapToInt(watch -> watch.connections().size()).sum(),
        watches.stream().mapToInt(watch -> watch.context().gate().size()).sum(),
        node.attachments.size());
  }

  /** Whether {@code session} is attached to the node. */
  public static boolean holds(Node node, String session) {
    return node.attachments.has(session);
  }
}
