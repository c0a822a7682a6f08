package io.byssus.core.node;

import io.byssus.core.delivery.Inbox;
import io.byssus.core.lane.Lane;
import io.byssus.core.lane.LaneConfined;
import io.byssus.core.operations.Principal;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Session;
import io.byssus.core.session.SessionWeight;
import io.byssus.protocol.Sender;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A session at hand: its record, the reading end of its inbox, what it weighs and what of it is in
 * doubt. Confined to the lane of its connection; only {@link #wakeInbox} is for any thread. How it
 * comes and goes is the affair of its {@link SessionHolder}.
 */
@LaneConfined
abstract class AttachedSession {
  private final Client client;
  private final Session session;
  private @Nullable Principal principal;
  private @Nullable Inbox inbox;

  /** Attributes of which nobody knows whether they are stored as they are here; nor the tags. */
  private @Nullable Set<String> doubtful;

  /** Of the node's memory: for what the session carries. */
  private int content;

  /** And for all of it. */
  private int kept;

  private boolean over;

  AttachedSession(Client client, Session session) {
    this.client = client;
    this.session = session;
    client.keep(SessionWeight.SESSION);
    this.content =
        SessionWeight.ofAttributes(session.attributes()) + SessionWeight.ofTags(session.tags());
    client.keep(content);
    this.kept = SessionWeight.SESSION + content;
  }

  Session session() {
    return session;
  }

  Client client() {
    return client;
  }

  public Lease lease() {
    return session.lease();
  }

  final Lane lane() {
    return client.lane();
  }

  /** Whether the session is held here no more. */
  boolean over() {
    return over;
  }

  /** Empty until the client was told that it has the session. */
  @Nullable Inbox inbox() {
    return inbox;
  }

  /** Who asks when this client does. */
  Principal principal() {
    lane().check();
    if (principal == null) {
      principal = new Principal.Client(new Sender(session.user(), session.id()));
    }
    return principal;
  }

  /** The client has been told that it has the session: directed messages flow. */
  final void openInbox(Inbox opened) {
    lane().check();
    inbox = opened;
    opened.wake();
  }

  /** It is held here no more. */
  final void close() {
    lane().check();
    keep(-kept);
    over = true;
  }

  // Memory.

  /** Takes so many bytes of the node's budget for sessions, or gives them back. */
  void keep(int bytes) {
    lane().check();
    if (!over) {
      kept += bytes;
      client.keep(bytes);
    }
  }

  /** What the session carries has changed. */
  void weigh() {
    lane().check();
    var now =
        SessionWeight.ofAttributes(session.attributes()) + SessionWeight.ofTags(session.tags());
    keep(now - content);
    content = now;
  }

  // What is in doubt.

  /**
   * Nobody knows whether these attributes, and the tags, are stored as they are here.
   *
   * @return whether all was known before
   */
  boolean doubt(Set<String> attributes) {
    lane().check();
    var first = doubtful == null;
    if (doubtful == null) {
      doubtful = new HashSet<>();
    }
    doubtful.addAll(attributes);
    return first;
  }

  /** What is in doubt, and from here on is not. */
  Optional<Set<String>> takeDoubts() {
    lane().check();
    var taken = Optional.ofNullable(doubtful);
    doubtful = null;
    return taken;
  }

  /** Something may have come to the inbox, or the client has room for it again. */
  void readInbox() {
    lane().check();
    if (inbox != null && !over) {
      inbox.wake();
    }
  }

  /** From any thread: something was appended to the inbox. */
  void wakeInbox() {
    lane().execute(this::readInbox);
  }
}
