package io.byssus.core.memory;

import io.byssus.protocol.ServerMessage.Member;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Who is in one channel, those first whose time passes first. Guarded by {@link MemoryPresence}.
 */
final class Members {
  private final LinkedHashMap<String, Present> bySession = new LinkedHashMap<>();

  private record Present(Member member, long deadlineNs) {}

  void enter(Member member, long deadlineNs) {
    bySession.putLast(member.session(), new Present(member, deadlineNs));
  }

  void touch(String session, long deadlineNs) {
    var present = bySession.get(session);
    if (present != null) {
      enter(present.member, deadlineNs);
    }
  }

  void leave(String session) {
    bySession.remove(session);
  }

  void dropPassed(long nowNs) {
    var oldest = bySession.values().iterator();
    while (oldest.hasNext() && nowNs - oldest.next().deadlineNs >= 0) {
      oldest.remove();
    }
  }

  List<Member> atMost(int limit) {
    return bySession.values().stream().limit(limit).map(Present::member).toList();
  }

  boolean isEmpty() {
    return bySession.isEmpty();
  }
}
