package io.byssus.core.memory;

import io.byssus.core.Bounds;
import io.byssus.core.presence.PresenceStore;
import io.byssus.core.session.Lease;
import io.byssus.protocol.ServerMessage.Member;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.TreeMap;

/** Who is in one channel, by their time and by their session. Guarded by {@link MemoryPresence}. */
final class Members {
  /** Those first whose time passes first. */
  private final LinkedHashMap<String, Present> byTime = new LinkedHashMap<>();

  /** The same, in the order in which they are told. */
  private final TreeMap<String, Present> bySession = new TreeMap<>();

  private record Present(Member member, Lease lease, long deadlineNs) {
    boolean laterThan(Lease other) {
      return lease.term() > other.term();
    }
  }

  void enter(Member member, Lease lease, long deadlineNs) {
    var known = byTime.get(member.session());
    if (known == null || !known.laterThan(lease)) {
      var present = new Present(member, lease, deadlineNs);
      byTime.putLast(member.session(), present);
      bySession.put(member.session(), present);
    }
  }

  /** False: neither this attachment nor a later one is in the channel. */
  boolean touch(Lease lease, long deadlineNs) {
    var present = byTime.get(lease.session());
    if (present == null) {
      return false;
    }
    if (present.lease.equals(lease)) {
      enter(present.member, lease, deadlineNs);
      return true;
    }
    return present.laterThan(lease);
  }

  void leave(Lease lease) {
    var present = byTime.get(lease.session());
    if (present != null && (present.lease.equals(lease) || present.lease.term() < lease.term())) {
      byTime.remove(lease.session());
      bySession.remove(lease.session());
    }
  }

  void dropPassed(long nowNs) {
    for (var oldest = byTime.firstEntry();
        oldest != null && nowNs - oldest.getValue().deadlineNs >= 0;
        oldest = byTime.firstEntry()) {
      byTime.remove(oldest.getKey());
      bySession.remove(oldest.getKey());
    }
  }

  PresenceStore.Page page(Bounds bounds) {
    var found = new ArrayList<Member>();
    long sum = 0;
    for (var present : bySession.values()) {
      var bytes = bytes(present.member());
      if (!bounds.fits(found.size(), sum, bytes)) {
        break;
      }
      sum += bytes;
      found.add(present.member());
    }
    return new PresenceStore.Page(found, byTime.size());
  }

  private static long bytes(Member member) {
    long bytes = member.session().length() + member.user().length();
    for (var attribute : member.attributes().entrySet()) {
      bytes += attribute.getKey().length() + attribute.getValue().bytes();
    }
    return bytes;
  }

  boolean isEmpty() {
    return byTime.isEmpty();
  }
}
