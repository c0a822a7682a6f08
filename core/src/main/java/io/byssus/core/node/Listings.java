package io.byssus.core.node;

import io.byssus.core.delivery.SessionDirectory.Entry;
import io.byssus.core.session.Session;
import io.byssus.protocol.Target;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What a session is listed under in the directory: its user and all its tags. It is a part of the
 * session, so it is said as a whole whenever the session comes, comes back, or is renewed.
 */
final class Listings {
  private Listings() {}

  static List<Entry> of(Session session) {
    return of(session.id(), session.user(), session.tags());
  }

  /**
   * @param user empty for none
   */
  static List<Entry> of(String session, String user, Collection<String> tags) {
    var entries = new ArrayList<Entry>(1 + tags.size());
    if (!user.isEmpty()) {
      entries.add(new Entry(new Target.ToUser(user), session));
    }
    for (var tag : tags) {
      entries.add(new Entry(new Target.ToTag(tag), session));
    }
    return entries;
  }
}
