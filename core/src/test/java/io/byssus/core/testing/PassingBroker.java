package io.byssus.core.testing;

import io.byssus.core.Bounds;
import io.byssus.core.channel.Broker;
import io.byssus.core.channel.ChannelList;
import io.byssus.core.channel.Retention;
import io.byssus.protocol.Position;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Hands everything on to another; to be overridden. */
public class PassingBroker implements Broker {
  private final Broker broker;

  public PassingBroker(Broker broker) {
    this.broker = broker;
  }

  @Override
  public CompletionStage<Outcome> publish(String channel, Draft draft, Retention retention) {
    return broker.publish(channel, draft, retention);
  }

  @Override
  public CompletionStage<Void> subscribe(String channel, Listener listener) {
    return broker.subscribe(channel, listener);
  }

  @Override
  public void unsubscribe(String channel) {
    broker.unsubscribe(channel);
  }

  @Override
  public CompletionStage<Void> subscribePrefix(String prefix, Listener listener) {
    return broker.subscribePrefix(prefix, listener);
  }

  @Override
  public void unsubscribePrefix(String prefix) {
    broker.unsubscribePrefix(prefix);
  }

  @Override
  public CompletionStage<Page> history(
      String channel, Optional<Position> after, Bounds bounds, Retention retention) {
    return broker.history(channel, after, bounds, retention);
  }

  @Override
  public CompletionStage<ChannelList> channels(String prefix, String cursor, int limit) {
    return broker.channels(prefix, cursor, limit);
  }
}
