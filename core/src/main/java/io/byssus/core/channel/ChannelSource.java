package io.byssus.core.channel;

import io.byssus.core.Bounds;
import io.byssus.protocol.Gap;
import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** One channel, or all channels of a pattern, as the engine has it. Stateless. */
record ChannelSource(String name, Namespace namespace, Broker broker) {
  /** Whether there are no positions to read on from. */
  boolean positionless() {
    return namespace.retention().ephemeral() || ChannelName.isPattern(name);
  }

  CompletionStage<Void> listen(Broker.Listener listener) {
    return ChannelName.isPattern(name)
        ? broker.subscribePrefix(ChannelName.prefixOf(name), listener)
        : broker.subscribe(name, listener);
  }

  void listenNoMore() {
    if (ChannelName.isPattern(name)) {
      broker.unsubscribePrefix(ChannelName.prefixOf(name));
    } else {
      broker.unsubscribe(name);
    }
  }

  CompletionStage<Broker.Page> history(Optional<Position> from, Bounds bounds) {
    return broker.history(name, from, bounds, namespace.retention());
  }

  /** Behind what the channel dropped, the namespace may want the present rather than the past. */
  Broker.Page goingOn(Broker.Page page) {
    var skips =
        namespace.afterLoss() == AfterLoss.FROM_NOW
            && page.recovery() instanceof Recovery.Lost(var reason)
            && (reason == Gap.TRIMMED || reason == Gap.EXPIRED);
    return skips ? new Broker.Page(page.top(), page.top(), page.recovery(), List.of()) : page;
  }
}
