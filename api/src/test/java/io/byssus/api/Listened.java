package io.byssus.api;

import io.byssus.core.channel.Broker;
import io.byssus.core.testing.PassingBroker;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Knows which channels somebody listens to. */
final class Listened extends PassingBroker {
  private final Set<String> listening;

  Listened(Broker broker, Set<String> listening) {
    super(broker);
    this.listening = listening;
  }

  @Override
  public CompletionStage<Void> subscribe(String channel, Listener listener) {
    listening.add(channel);
    return super.subscribe(channel, listener);
  }

  @Override
  public void unsubscribe(String channel) {
    listening.remove(channel);
    super.unsubscribe(channel);
  }
}
