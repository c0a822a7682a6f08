package io.byssus.server.device;

import io.byssus.core.connection.Peer;
import io.byssus.core.lane.Lane;
import io.byssus.core.node.Authenticator;
import io.byssus.core.node.Authenticator.Verdict;
import io.byssus.protocol.device.DeviceJson;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/** Lets gateways in, and is what they share. Thread-safe. */
public final class Gateways {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  final DeviceSettings settings;
  final Identities identities;
  final DeviceObserver observer;
  final DeviceJson json;
  private final Authenticator authenticator;

  public Gateways(
      DeviceSettings settings,
      Identities identities,
      Authenticator authenticator,
      DeviceObserver observer) {
    this.settings = settings;
    this.identities = identities;
    this.authenticator = authenticator;
    this.observer = observer;
    this.json = new DeviceJson(settings.controls(), settings.sequence());
  }

  /** Whether a gateway may come in. */
  public sealed interface Entry {
    /**
     * @param user whose its devices' sessions are; empty: anonymous
     */
    record Admitted(String gateway, String user) implements Entry {}

    /**
     * @param status of HTTP, which says why
     */
    record Refused(int status) implements Entry {}
  }

  /** What may name a gateway. */
  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /**
   * A gateway is named by the user of its token; one without, where those are let in, by itself.
   *
   * @param token empty when there is none
   * @param asked the name that it gives itself
   */
  public CompletionStage<Entry> admit(String token, Optional<String> asked, Peer peer) {
    return authenticator
        .authenticate(token, peer)
        .thenApply(verdict -> {
          var entry = judge(verdict, asked);
          if (entry instanceof Entry.Refused) {
            refused(peer);
          }
          return entry;
        });
  }

  private static Entry judge(Verdict verdict, Optional<String> asked) {
    return switch (verdict) {
      case Verdict.Refused _ -> new Entry.Refused(401);
      case Verdict.Accepted(var user, var _) -> {
        var name = asked.orElse(user);
        if (!isName(name)) {
          yield new Entry.Refused(400);
        }
        yield user.isEmpty() || user.equals(name)
            ? new Entry.Admitted(name, user)
            : new Entry.Refused(403);
      }
    };
  }

  /** A peer was sent away before it could be admitted. */
  public void refused(Peer peer) {
    observer.happened(DeviceEvent.REFUSED_GATEWAYS, 1, peer.address());
  }

  /** On {@code lane}, once it is admitted and {@code socket} works. */
  public Gateway open(Entry.Admitted who, Lane lane, Peer peer, GatewaySocket socket) {
    lane.check();
    observer.happened(DeviceEvent.GATEWAYS, 1, who.gateway());
    return new Gateway(this, who, lane, peer, socket);
  }
}
