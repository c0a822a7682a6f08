package io.byssus.core.delivery;

import io.byssus.core.Bounds;
import io.byssus.core.NodeObserver;
import io.byssus.core.lane.LaneConfined;
import io.byssus.core.session.Session;
import io.byssus.protocol.Gap;
import io.byssus.protocol.ServerMessage;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The reading end of one attached session's inbox: reads on after what was sent, whenever something
 * may be there and the client takes it. Confined to the session's lane.
 */
@LaneConfined
public final class Inbox {
  /** Of one read: what is sent of it must find room beside all else that waits. */
  private static final Bounds PAGE = new Bounds(64, 64 << 10);

  private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(500);

  private final InboxStore store;
  private final Session session;
  private final NodeObserver observer;
  private final Runnable refused;
  private long acknowledged;
  private long sent;

  /** The newest offset that a read has told of. */
  private long seen;

  private boolean reading;
  private boolean woken;

  /**
   * @param acknowledged the offset that the client has acknowledged
   * @param held the offset up to which the client says it holds the messages
   * @param refused is told when a read is refused, because the lease is lost
   */
  public Inbox(
      InboxStore store,
      Session session,
      long acknowledged,
      long held,
      NodeObserver observer,
      Runnable refused) {
    this.store = store;
    this.session = session;
    this.acknowledged = acknowledged;
    this.sent = Math.max(acknowledged, held);
    this.observer = observer;
    this.refused = refused;
  }

  /** Something may have come, or the client may have room again. */
  public void wake() {
    session.lane().check();
    if (reading) {
      woken = true;
    } else if (session.connection().open() && !session.connection().congested()) {
      read();
    }
  }

  private void read() {
    reading = true;
    woken = false;
    session
        .lane()
        .ask(
            () -> store.read(session.lease(), sent, PAGE),
            (page, failure) -> {
              reading = false;
              if (page == null) {
                observer.engineFailed("inbox read", failure);
                session.lane().schedule(RETRY_NS, this::wake);
              } else {
                take(page);
              }
            });
  }

  private void take(Optional<InboxStore.Page> page) {
    try {
      page.ifPresentOrElse(
          this::deliver,
          () -> {
            doubt();
            refused.run();
          });
    } catch (Throwable failure) {
      session.connection().failed(failure);
    }
  }

  private void deliver(InboxStore.Page page) {
    seen = page.top();
    if (page.top() < sent) {
      missed(Gap.DIVERGED);
      sent = Math.min(acknowledged, page.top());
      woken = true;
    } else if (!page.items().isEmpty()) {
      for (var item : page.items()) {
        skipTo(item.offset() - 1);
        session.connection().send(new ServerMessage.Direct(item));
        sent = item.offset();
      }
    } else {
      skipTo(page.top());
    }
    if (woken || !page.items().isEmpty() && sent < page.top()) {
      wake();
    }
  }

  /** Says so if what stood up to {@code offset} was not sent and never will be. */
  private void skipTo(long offset) {
    if (offset > sent) {
      missed(offset - sent < InboxStore.LEAP - 1 ? Gap.EXPIRED : Gap.DIVERGED);
      sent = offset;
    }
  }

  private void missed(Gap reason) {
    session.connection().send(new ServerMessage.Missed("", reason, Optional.empty()));
  }

  /** There may be more than what was read, and nobody may have said so. */
  public void doubt() {
    session.lane().check();
    woken = true;
  }

  /** The offset that the client has acknowledged. */
  public long acknowledged() {
    return acknowledged;
  }

  /** The offset up to which the client was sent what there was. */
  public long sent() {
    return sent;
  }

  /** Whether there may be more than what was sent. */
  public boolean unread() {
    return reading || woken || seen > sent;
  }

  /** False when the client acknowledges what it was never sent. */
  public boolean mayAcknowledge(long offset) {
    return offset <= sent;
  }

  public void acknowledged(long offset) {
    session.lane().check();
    acknowledged = Math.max(acknowledged, offset);
  }
}
