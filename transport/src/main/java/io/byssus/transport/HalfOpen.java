package io.byssus.transport;

import io.netty.channel.Channel;
import java.util.LinkedHashSet;

/**
 * The connections of one event loop that have not said yet what they want. There may be a bounded
 * number: when one more comes, the one goes that has taken its time the longest. So whoever asks at
 * once is answered, however many others only connect. Confined to its event loop.
 */
final class HalfOpen {
  private final LinkedHashSet<Channel> waiting = new LinkedHashSet<>();
  private final int most;
  private final TransportObserver observer;

  HalfOpen(int most, TransportObserver observer) {
    this.most = most;
    this.observer = observer;
  }

  void enter(Channel channel) {
    waiting.addLast(channel);
    if (waiting.size() > most) {
      observer.requestTimedOut();
      LingeringClose.reset(waiting.removeFirst());
    }
  }

  void leave(Channel channel) {
    waiting.remove(channel);
  }
}
