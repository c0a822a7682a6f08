package io.byssus.core.node;

import io.byssus.core.channel.Hub;
import io.byssus.core.session.SessionWeight;
import io.byssus.core.session.Subscription;
import io.byssus.protocol.Command;
import io.byssus.protocol.Position;
import java.util.List;
import java.util.Optional;

/** The subscriptions of a session: how they join their channels, and leave them. */
record SubscriptionsPart(Hub hub, PresencePart presence) implements SessionHolder.Part {
  /**
   * A subscription that the client has asked for.
   *
   * @param stored what the store keeps as its position
   * @param from where to read on from
   * @param asked whether the client hears of the recovery
   */
  void join(
      SessionHolder holder,
      long id,
      String channel,
      Optional<Position> stored,
      Optional<Position> from,
      boolean asked) {
    join(holder, id, channel, stored, from, asked, holder.client()::resumeCommands);
  }

  /**
   * A new subscription that somebody has asked for.
   *
   * @param then once it is live
   */
  void join(
      SessionHolder holder,
      long id,
      String channel,
      Optional<Position> stored,
      Optional<Position> from,
      boolean asked,
      Runnable then) {
    var subscription = holder.session().subscribe(channel, stored);
    join(holder, subscription, id, from, asked, () -> {}, then);
  }

  /**
   * A subscription of a resumed session: what it cannot read again is lost, and the client is told.
   *
   * @param acknowledged what the store keeps as its position
   * @param from where the client reads on from
   * @param begun once the client was told where it stands
   * @param then once it is live
   */
  void rejoin(
      SessionHolder holder,
      String channel,
      Optional<Position> acknowledged,
      Optional<Position> from,
      Runnable begun,
      Runnable then) {
    var subscription = holder.session().subscribe(channel, acknowledged);
    join(holder, subscription, Command.NO_ID, from, true, begun, then);
  }

  private void join(
      SessionHolder holder,
      Subscription subscription,
      long id,
      Optional<Position> from,
      boolean asked,
      Runnable begun,
      Runnable then) {
    holder.keep(SessionWeight.ofSubscription(subscription.channel()));
    new Restoring(
            hub,
            holder.client().readings(),
            subscription,
            id,
            from,
            asked,
            holder::places,
            () -> {
              presence.enter(holder, subscription.channel());
              begun.run();
            },
            then)
        .start();
  }

  void leave(SessionHolder holder, Subscription subscription) {
    hub.leave(subscription);
    holder.session().unsubscribe(subscription);
    holder.keep(-SessionWeight.ofSubscription(subscription.channel()));
    presence.leave(holder, subscription.channel());
  }

  @Override
  public void detach(SessionHolder holder) {
    List.copyOf(holder.session().subscriptions()).forEach(hub::leave);
  }
}
