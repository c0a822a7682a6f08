package io.byssus.redis;

import io.byssus.redis.RedisAddress.Host;
import io.lettuce.core.RedisCommandExecutionException;
import java.util.Optional;

/** An error that Redis answered, by what follows from it. The command was surely not done. */
sealed interface Refusal {
  /** The slot has moved to another primary. */
  record Moved(Host to) implements Refusal {}

  /** The slot is moving, and these keys are there already. */
  record Ask(Host to) implements Refusal {}

  /** Nobody knows the script: its source is to be sent. */
  record Unknown() implements Refusal {}

  /** A little later it may work. */
  record Later(String error) implements Refusal {}

  /** This server is not, or no longer, a primary that can be used. */
  record Unfit(String error) implements Refusal {}

  /** It would be refused again; for a reason that passes or that somebody must see to. */
  record Refused(String error) implements Refusal {}

  /** What a node of a Cluster says in place of a name that it should tell and was not given. */
  String NAMELESS = "?";

  /**
   * Empty when it is not known whether the command was done.
   *
   * @param asked who answered: an address without a host means that one
   */
  static Optional<Refusal> of(Throwable failure, Host asked) {
    if (!(failure instanceof RedisCommandExecutionException) || failure.getMessage() == null) {
      return Optional.empty();
    }
    var error = failure.getMessage();
    var words = error.split(" ");
    return switch (words[0]) {
      case "MOVED", "ASK" -> Optional.of(elsewhere(words, error, asked));
      case "NOSCRIPT" -> Optional.of(new Unknown());
      case "TRYAGAIN", "CLUSTERDOWN" -> Optional.of(new Later(error));
      case "READONLY", "MASTERDOWN", "LOADING" -> Optional.of(new Unfit(error));
      case "OOM", "MISCONF", "NOREPLICAS", "NOAUTH", "NOPERM", "WRONGPASS", "BUSY", "HEALING" ->
          Optional.of(new Refused(error));
      default -> Optional.empty();
    };
  }

  /** {@code MOVED SLOT HOST:PORT}. */
  private static Refusal elsewhere(String[] words, String error, Host asked) {
    var address = words[2];
    var colon = address.lastIndexOf(':');
    var name = address.substring(0, colon);
    if (name.equals(NAMELESS)) {
      return new Later(error); // whoever looks for the primaries says what is to be done
    }
    var port = Integer.parseInt(address.substring(colon + 1));
    var host = new Host(name.isEmpty() ? asked.name() : name, port);
    return words[0].equals("ASK") ? new Ask(host) : new Moved(host);
  }
}
