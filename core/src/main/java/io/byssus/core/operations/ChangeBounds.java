package io.byssus.core.operations;

import io.byssus.core.Limits;
import io.byssus.core.channel.ChannelName;
import io.byssus.core.session.Change;
import io.byssus.core.session.SessionBounds;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Json;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;

/** What operators may make of a session: the limits hold for them as they do for clients. */
public record ChangeBounds(Limits limits) {
  /** Why not. */
  public record Fault(ErrorCode code, String message) {}

  /**
   * Whether a session may be changed so.
   *
   * @param attributes that it has
   * @param channels that it is subscribed to
   */
  public Optional<Fault> fault(
      Change change, Map<String, Json> attributes, Collection<String> channels) {
    return ofChannels(change, channels).or(() -> ofAttributes(change, attributes));
  }

  private Optional<Fault> ofChannels(Change change, Collection<String> channels) {
    var after = new HashSet<>(channels);
    for (var wanted : change.subscribe()) {
      var fault = ChannelName.fault(wanted.channel(), true, limits.channelNameBytes());
      if (fault.isPresent()) {
        return fault(ErrorCode.BAD_CHANNEL, fault.get());
      }
      if (ChannelName.isPattern(wanted.channel()) && wanted.position().isPresent()) {
        return fault(ErrorCode.MALFORMED, "a pattern has no position");
      }
      if (change.unsubscribe().contains(wanted.channel())) {
        return fault(ErrorCode.MALFORMED, "subscribe or unsubscribe, not both at once");
      }
      after.add(wanted.channel());
    }
    for (var channel : change.unsubscribe()) {
      var fault = ChannelName.fault(channel, true, limits.channelNameBytes());
      if (fault.isPresent()) {
        return fault(ErrorCode.BAD_CHANNEL, fault.get());
      }
    }
    return after.size() > limits.subscriptions() && after.size() > channels.size()
        ? fault(ErrorCode.TOO_MANY_SUBSCRIPTIONS, "at most " + limits.subscriptions())
        : Optional.empty();
  }

  private Optional<Fault> ofAttributes(Change change, Map<String, Json> attributes) {
    if (change.attributes().isEmpty() && change.tags().isEmpty()) {
      return Optional.empty();
    }
    return SessionBounds.refusal(limits, true, change.attributesAfter(attributes), change.tags())
        .map(refusal -> new Fault(refusal.code(), refusal.message()));
  }

  private static Optional<Fault> fault(ErrorCode code, String message) {
    return Optional.of(new Fault(code, message));
  }
}
