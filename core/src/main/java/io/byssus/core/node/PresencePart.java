package io.byssus.core.node;

import io.byssus.core.channel.ChannelName;
import io.byssus.core.channel.Namespaces;
import io.byssus.core.presence.PresenceStore;
import io.byssus.protocol.Json;
import io.byssus.protocol.ServerMessage.Member;
import java.util.Collection;
import java.util.HashMap;

/** A session's presence in the channels that it is subscribed to and that show it. */
record PresencePart(Namespaces namespaces, PresenceStore presence, FailureLog failures)
    implements SessionHolder.Part {
  /** Whether it is known who is in the channel, which may be a pattern. */
  boolean shows(String channel) {
    return !ChannelName.isPattern(channel) && namespaces.of(channel).presence();
  }

  void enter(SessionHolder holder, String channel) {
    if (holder.client().connection().open() && shows(channel)) {
      var session = holder.session();
      var shown = new HashMap<String, Json>();
      for (var name : namespaces.of(channel).presenceAttributes()) {
        var value = session.attributes().get(name);
        if (value != null) {
          shown.put(name, value);
        }
      }
      var member = new Member(session.id(), session.user(), shown);
      holder
          .lane()
          .when(
              presence.enter(channel, member, session.lease()),
              (done, failure) -> {
                if (failure != null) {
                  failures.engineFailed("presence", failure);
                  enterLater(holder, channel);
                }
              });
    }
  }

  /** What is shown may be older than what the session has. The end of an outage enters all anew. */
  private void enterLater(SessionHolder holder, String channel) {
    if (!holder.laneContext().outages().lasting()) {
      holder.lane().schedule(SessionHolder.SETTLE_NS, () -> enterIfSubscribed(holder, channel));
    }
  }

  private void enterIfSubscribed(SessionHolder holder, String channel) {
    if (!holder.over() && holder.session().subscription(channel).isPresent()) {
      enter(holder, channel);
    }
  }

  void enterAll(SessionHolder holder) {
    holder.session().subscriptions().forEach(each -> enter(holder, each.channel()));
  }

  /** Is in the channel, and is not shown there: someone took it out, or the store forgot it. */
  void enterAgain(SessionHolder holder, PresenceStore.Entry entry) {
    if (holder.lease().equals(entry.lease())) {
      enterIfSubscribed(holder, entry.channel());
    }
  }

  void leave(SessionHolder holder, String channel) {
    if (shows(channel)) {
      holder.laneContext().debts().leave(channel, holder.lease());
    }
  }

  void collect(SessionHolder holder, Collection<PresenceStore.Entry> entries) {
    for (var subscription : holder.session().subscriptions()) {
      if (shows(subscription.channel())) {
        entries.add(new PresenceStore.Entry(subscription.channel(), holder.lease()));
      }
    }
  }

  @Override
  public void revive(SessionHolder holder) {
    enterAll(holder);
  }

  @Override
  public void release(SessionHolder holder) {
    holder.session().subscriptions().forEach(each -> leave(holder, each.channel()));
  }
}
