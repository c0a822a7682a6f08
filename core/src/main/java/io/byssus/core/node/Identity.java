package io.byssus.core.node;

import io.byssus.protocol.Json;
import java.util.Map;
import java.util.Set;

/**
 * A session that is known by who comes for it, and needs no resume token: whoever opens the
 * connection has made sure of the user, and gives the id. It is resumed if it is there, and made if
 * it is not. No client can resume it by a {@code connect}, as there is no token of it.
 *
 * @param session its id, of a form that {@link Node#randomId} never makes; the same for every
 *     connection of that identity
 * @param user whose it is; a session of this id that is another user's is refused
 * @param yielding whether to leave it alone while another connection holds it
 */
public record Identity(
    String session, String user, Set<String> tags, Map<String, Json> attributes, boolean yielding) {
  /** Of the reply to being let in, which no command asked for. */
  public static final long ID = 1;

  public Identity {
    tags = Set.copyOf(tags);
    attributes = Map.copyOf(attributes);
  }
}
