package io.byssus.server.settings;

import io.byssus.core.node.UserPolicy;
import io.byssus.server.config.Group;
import java.time.Duration;

/** The group session: what a client holds beyond its connections. */
public record SessionConfig(Duration ttl, UserPolicy perUser, boolean clientTags) {
  static SessionConfig read(Group in) {
    return new SessionConfig(
        in.key(
                "ttl",
                "How long a session outlives its connection. Then resume fails with"
                    + " session_expired.")
            .duration("30m", "2m", "7d"),
        in.key(
                "per-user",
                "Sessions of one user: allow any number, limit:N (one more is refused:"
                    + " too_many_sessions), or newest-wins (the others end with close code"
                    + " replaced).")
            .as(new UserPolicyType(), "allow"),
        in.key(
                "client-tags",
                "Whether clients may choose their own tags, and so receive what is sent to"
                    + " those.")
            .flag(false));
  }
}
