package io.byssus.api;

import io.byssus.core.operations.Answer;
import io.byssus.core.operations.RejectedException;
import io.byssus.core.operations.Right;
import io.byssus.protocol.ErrorCode;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The nodes of the cluster. */
final class Nodes {
  private Nodes() {}

  static List<Endpoint> endpoints(String base) {
    return List.of(
        Endpoint.of("GET", base + "/nodes", Right.NODES_READ, Nodes::list),
        Endpoint.of("POST", base + "/nodes/{name}/drain", Right.NODES_DRAIN, Nodes::drain));
  }

  private static void list(Exchange exchange) {
    exchange.query();
    exchange.ok(out -> Replies.nodes(out, exchange.api().node().members()));
  }

  private static void drain(Exchange exchange) {
    exchange.query();
    var name = exchange.name("name");
    exchange.answer(
        exchange
            .api()
            .node()
            .drain(name)
            .thenCompose(there ->
                there
                    ? CompletableFuture.completedFuture(name)
                    : CompletableFuture.failedFuture(
                        new RejectedException(
                            ErrorCode.NOT_FOUND, "there is no node of this name"))),
        Answer::of,
        (out, node) -> out.text("node", node).flag("draining", true));
  }
}
