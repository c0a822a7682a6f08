package io.byssus.redis;

import static io.byssus.redis.Redis.text;

import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.core.session.SessionStore.Claim;
import io.byssus.core.session.SessionStore.Gone;
import io.byssus.core.session.SessionStore.Orphan;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What scripts reply of sessions that were removed, or lost their owner. */
final class SessionReplies {
  private SessionReplies() {}

  static List<Gone> allGone(List<Object> all) {
    return all.stream().map(parts -> gone(Redis.list(parts))).toList();
  }

  static Gone gone(List<Object> parts) {
    return new Gone(
        lease(parts.get(0), parts.get(4), parts.get(5)),
        text(parts.get(1)),
        Set.copyOf(Packed.strings(Redis.bytes(parts.get(2)))),
        texts(parts.get(3)));
  }

  static Lease lease(Object id, Object owner, Object term) {
    return new Lease(Keys.name(text(id)), Keys.owner(text(owner)), Long.parseLong(text(term)));
  }

  static Set<String> texts(Object parts) {
    var texts = new HashSet<String>();
    Redis.list(parts).forEach(part -> texts.add(text(part)));
    return Set.copyOf(texts);
  }

  static Orphan orphan(List<Object> parts) {
    return new Orphan(lease(parts.get(0), parts.get(2), parts.get(3)), texts(parts.get(1)));
  }

  static Claim granted(String session, Owner owner, List<Object> reply) {
    var lease = new Lease(session, owner, Long.parseLong(text(reply.get(1))));
    var holder = text(reply.get(2));
    var previous =
        holder.isEmpty()
            ? Optional.<Lease>empty()
            : Optional.of(
                new Lease(session, Keys.owner(holder), Long.parseLong(text(reply.get(3)))));
    return new Claim.Granted(
        lease, SessionHash.of(Redis.list(reply.get(4))).stored(session), previous);
  }
}
