package io.byssus.core.node;

import io.byssus.core.delivery.SessionDirectory;
import io.byssus.core.session.Session;
import java.util.Collection;
import java.util.concurrent.CompletionStage;

/** A session's entries in the directory: said as a whole, again and again. */
record DirectoryPart(SessionDirectory directory, FailureLog failures)
    implements SessionHolder.Part {
  CompletionStage<Void> list(Session session) {
    return directory.add(Listings.of(session));
  }

  /** Under what the session is to be listed. */
  void collect(SessionHolder holder, Collection<SessionDirectory.Entry> entries) {
    entries.addAll(Listings.of(holder.session()));
  }

  @Override
  public void revive(SessionHolder holder) {
    failures.logFailure("directory", list(holder.session()));
  }
}
