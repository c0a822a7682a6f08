package io.byssus.client;

import java.util.AbstractList;
import java.util.List;

/**
 * Those who are in a channel, in the order of their sessions: as many as one reply of the server
 * has room for, 1,000 as it comes. Cannot be changed.
 */
public final class Members extends AbstractList<Member> {
  private final List<Member> told;
  private final int total;

  Members(List<Member> told, int total) {
    this.told = List.copyOf(told);
    this.total = Math.max(total, told.size()); // one that does not count says 0
  }

  /** How many there are; when this is more than {@link #size}, the reply had no room for all. */
  public int total() {
    return total;
  }

  @Override
  public Member get(int index) {
    return told.get(index);
  }

  @Override
  public int size() {
    return told.size();
  }
}
