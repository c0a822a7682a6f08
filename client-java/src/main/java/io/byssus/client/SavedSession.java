package io.byssus.client;

import io.byssus.protocol.Position;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a client must keep to have its session again after a restart of the program.
 *
 * @param resume <b>secret</b>: proves that the session is the client's
 * @param positions channel to the position up to which all has been handled
 * @param inbox offset up to which directed messages have been handled, empty when there were none
 */
public record SavedSession(
    String session, String resume, Map<String, Position> positions, OptionalLong inbox) {
  /** Copies the positions; a session needs its name and its secret. */
  public SavedSession {
    if (session.isEmpty() || resume.isEmpty()) {
      throw new IllegalArgumentException("a session has a name and a secret");
    }
    positions = Map.copyOf(positions);
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "SavedSession[session=" + session + ", positions=" + positions + "]";
  }
}
