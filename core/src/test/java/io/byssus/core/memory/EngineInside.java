package io.byssus.core.memory;

import io.byssus.core.engine.Engine;
import io.byssus.core.session.Lease;
import io.byssus.core.session.StoredSession;
import io.byssus.protocol.Target;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a memory engine remembers, for a test to compare with what it should. */
public final class EngineInside {
  private EngineInside() {}

  /** A session that lives, and who holds it. */
  public record Living(StoredSession session, Optional<Lease> holder) {}

  public static List<Living> living(Engine memory) {
    var table = ((MemorySessions) memory.sessions()).table();
    return table.ids().stream()
        .sorted()
        .flatMap(id ->
            table.living(id, entry -> new Living(entry.stored(), entry.state().holder())).stream())
        .toList();
  }

  /** Sessions, directory and presence are lost, as when a server lost its memory; channels stay. */
  public static void forget(Engine memory) {
    ((MemorySessions) memory.sessions()).table().forget();
    ((MemoryDirectory) memory.directory()).forget();
    ((MemoryPresence) memory.presence()).forget();
  }

  /** How many sessions it remembers, those whose time has passed too. */
  public static int sessions(Engine memory) {
    return ((MemorySessions) memory.sessions()).table().size();
  }

  /** The targets under which sessions are listed. */
  public static Set<Target> targets(Engine memory) {
    return ((MemoryDirectory) memory.directory()).targets();
  }
}
