package io.byssus.core.simulation;

import io.byssus.core.connection.Encoding;
import io.byssus.core.node.NodeInside;
import io.byssus.core.node.UserPolicy;
import io.byssus.core.session.Owner;
import io.byssus.core.testing.SteppedLanes;
import io.byssus.core.testing.TestNode;
import java.util.concurrent.CompletableFuture;

/** One run of a node: its lanes, its link to the engine, and what it throws. */
final class SimulatedNode {
  final Owner owner;
  final SteppedLanes lanes;
  final FaultyEngine link;
  final Mishaps mishaps;
  final TestNode node;
  final Encoding wire;
  private final CompletableFuture<Boolean> joined;

  SimulatedNode(Simulation simulation, Owner owner, SteppedLanes lanes, UserPolicy policy) {
    this.owner = owner;
    this.lanes = lanes;
    link = new FaultyEngine(simulation.random, simulation.world, simulation.misfortunes);
    mishaps = new Mishaps(simulation.random, simulation.misfortunes);
    lanes.onFailure(failure -> {
      if (!mishaps.told(failure)) {
        var broken = new Check.Broken(Check.FAILED_TASK, owner + " failed: " + failure);
        broken.initCause(failure);
        throw broken;
      }
    });
    node =
        new TestNode(
            owner,
            lanes,
            Simulation.LIMITS,
            policy,
            mishaps.observer(),
            simulation.engineSettings(),
            _ -> link.around(simulation.seenBy(owner)));
    wire = mishaps.wire(node.wire);
    joined = node.node.join().toCompletableFuture();
  }

  boolean serves() {
    return joined.isDone()
        && !joined.isCompletedExceptionally()
        && joined.join()
        && !lanes.paused();
  }

  /** Another run has its name, or it could not ask for it: the process ends. */
  boolean turnedAway() {
    return joined.isDone() && (joined.isCompletedExceptionally() || !joined.join());
  }

  NodeInside inside() {
    return NodeInside.of(node.node, lanes.lanes());
  }
}
