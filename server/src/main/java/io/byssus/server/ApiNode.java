package io.byssus.server;

import io.byssus.api.ServedNode;
import io.byssus.core.NodeObserver;
import io.byssus.core.node.Node;
import io.byssus.core.node.NodeView;
import io.byssus.core.operations.Control;
import io.byssus.core.operations.Inspection;
import io.byssus.core.operations.Operations;
import io.byssus.core.operations.Principal;
import io.byssus.core.operations.Watches;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * This node, as its API asks it.
 *
 * @param leave begins the end of the process, as SIGTERM does
 */
record ApiNode(
    Node node,
    NodeObserver observer,
    BooleanSupplier welcome,
    Supplier<String> page,
    Runnable leave)
    implements ServedNode {
  @Override
  public Operations operations() {
    return node.operations();
  }

  @Override
  public Watches watches() {
    return node.following();
  }

  @Override
  public Inspection inspection() {
    return node.inspection();
  }

  @Override
  public Control control() {
    return node.control();
  }

  @Override
  public List<NodeView> members() {
    return node.members();
  }

  @Override
  public boolean ready() {
    return welcome.getAsBoolean();
  }

  @Override
  public String metrics() {
    return page.get();
  }

  @Override
  public CompletionStage<Boolean> drain(String name) {
    var found = members().stream().filter(member -> member.owner().node().equals(name)).findAny();
    if (found.isEmpty()) {
      return CompletableFuture.completedFuture(false);
    }
    if (found.get().self()) {
      leave.run(); // also when the engine, by whose way others are asked, is gone
      return CompletableFuture.completedFuture(true);
    }
    return node.control()
        .drain(new Principal.Operator(), found.get().owner())
        .thenApply(asked -> true);
  }
}
