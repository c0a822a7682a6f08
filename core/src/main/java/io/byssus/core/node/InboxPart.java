package io.byssus.core.node;

/** The inbox of a session: read on when something may have come. */
final class InboxPart implements SessionHolder.Part {
  @Override
  public void revive(SessionHolder holder) {
    holder.readInbox();
  }

  @Override
  public void forgotten(SessionHolder holder) {
    var inbox = holder.inbox();
    if (inbox != null) {
      inbox.doubt();
    }
  }
}
