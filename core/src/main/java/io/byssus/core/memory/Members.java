package io.byssus.core.memory;

import io.byssus.core.Bounds;
import io.byssus.core.session.Lease;
import io.byssus.protocol.ServerMessage.Member;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Who is in one channel, those first whose time passes first. Guarded by {@link MemoryPresence}.
 */
final class Members {
  private final LinkedHashMap<String, Present> bySession = new LinkedHashMap<>();

  private record Present(Member member, Lease lease, long deadlineNs) {
    boolean laterThan(Lease other) {
      return lease.term() > other.term();
    }
  }

  void enter(Member member, Lease lease, long deadlineNs) {
    var present = bySession.get(member.session());
    if (present == null || !present.laterThan(lease)) {
      bySession.putLast(member.session(), new Present(member, lease, deadlineNs));
    }
  }

  /** False: neither this attachment nor a later one is in the channel. */
  boolean touch(Lease lease, long deadlineNs) {
    var present = bySession.get(lease.session());
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
    var present = bySession.get(lease.session());
    if (present != null && (present.lease.equals(lease) || present.lease.term() < lease.term())) {
      bySession.remove(lease.session());
    }
  }

  void dropPassed(long nowNs) {
    var oldest = bySession.values().iterator();
    while (oldest.hasNext() && nowNs - oldest.next().deadlineNs >= 0) {
      oldest.remove();
    }
  }

  List<Member> atMost(Bounds bounds) {
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
    return found;
  }

  private static long bytes(Member member) {
    long bytes = member.session().length() + member.user().length();
    for (var attribute : member.attributes().entrySet()) {
      bytes += attribute.getKey().length() + attribute.getValue().bytes();
    }
    return bytes;
  }

  boolean isEmpty() {
    return bySession.isEmpty();
  }
}
