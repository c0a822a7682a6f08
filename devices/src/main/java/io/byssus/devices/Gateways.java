package io.byssus.devices;

import io.byssus.core.connection.Peer;
import io.byssus.core.lane.Lane;
import io.byssus.core.node.Authenticator;
import io.byssus.core.node.Authenticator.Verdict;
import io.byssus.protocol.device.DeviceJson;
import io.byssus.transport.ByteProtocol;
import io.byssus.transport.ByteSocket;
import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Lets gateways in, and is what they share. Thread-safe. */
public final class Gateways implements ByteProtocol {
  private static final String PARAMETER = "gateway=";
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

  /**
   * Which gateway this is.
   *
   * @param user whose its devices' sessions are; empty: anonymous
   */
  record Name(String gateway, String user) {}

  /** What may name a gateway. */
  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /**
   * A gateway is named by the user of its token; one without, where those are let in, by itself.
   */
  @Override
  public CompletionStage<Entry> admit(Arrival arrival) {
    return admit(arrival.token(), asked(arrival.query()), arrival.peer());
  }

  private static Optional<String> asked(String query) {
    return Stream.of(query.split("&"))
        .filter(parameter -> parameter.startsWith(PARAMETER))
        .map(parameter -> parameter.substring(PARAMETER.length()))
        .findFirst();
  }

  @Override
  public CompletionStage<Entry> admit(InetAddress address, Peer peer) {
    for (var known : settings.known()) {
      if (known.network().contains(address)) {
        return CompletableFuture.completedStage(admitted(known.gateway(), known.gateway()));
      }
    }
    if (!settings.known().isEmpty()) {
      refused(peer);
      return CompletableFuture.completedStage(new Entry.Refused(403));
    }
    return admit("", Optional.of(peer.address().replace(':', '-')), peer);
  }

  private CompletionStage<Entry> admit(String token, Optional<String> asked, Peer peer) {
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

  private Entry judge(Verdict verdict, Optional<String> asked) {
    return switch (verdict) {
      case Verdict.Refused _ -> new Entry.Refused(401);
      case Verdict.Unavailable _ -> new Entry.Refused(503);
      case Verdict.Accepted(var user, var _) -> {
        var name = asked.orElse(user);
        if (!isName(name)) {
          yield new Entry.Refused(400);
        }
        yield user.isEmpty() || user.equals(name) ? admitted(name, user) : new Entry.Refused(403);
      }
    };
  }

  private Entry admitted(String gateway, String user) {
    var who = new Name(gateway, user);
    return new Entry.Admitted((lane, peer, socket) -> open(who, lane, peer, socket));
  }

  @Override
  public void refused(Peer peer) {
    observer.happened(DeviceEvent.REFUSED_GATEWAYS, 1, peer.address());
  }

  Gateway open(Name who, Lane lane, Peer peer, ByteSocket socket) {
    lane.check();
    observer.happened(DeviceEvent.GATEWAYS, 1, who.gateway());
    return new Gateway(this, who, lane, peer, socket);
  }
}
