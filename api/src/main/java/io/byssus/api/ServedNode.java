package io.byssus.api;

import io.byssus.core.NodeObserver;
import io.byssus.core.node.NodeView;
import io.byssus.core.operations.Control;
import io.byssus.core.operations.Inspection;
import io.byssus.core.operations.Operations;
import io.byssus.core.operations.Watches;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The node that an API speaks for. All of it from any thread. */
public interface ServedNode {
  Operations operations();

  Watches watches();

  Inspection inspection();

  Control control();

  /** Hears of what was published and of what the engine failed at, as it does for clients. */
  NodeObserver observer();

  /** The nodes of the cluster. */
  List<NodeView> members();

  /** Whether a load balancer should send clients to it. */
  boolean ready();

  /** The page of metrics, in the Prometheus text format; may take its time. */
  String metrics();

  /**
   * Makes a node leave as on SIGTERM: its process ends after that.
   *
   * @return whether there is such a node; fails as an operation does
   */
  CompletionStage<Boolean> drain(String name);
}
