package io.byssus.transport;

import java.util.List;

/**
 * Hears of those who never become a connection of the node. Called on event loops: must neither
 * block nor throw.
 */
public interface TransportObserver {
  TransportObserver NONE = new TransportObserver() {};

  /** The statuses that requests are refused with. */
  List<Integer> REFUSALS = List.of(400, 401, 403, 405, 414, 426, 429, 431, 503, 505);

  /**
   * @param status one of {@link #REFUSALS}; 401: a gateway whose token is missing or wrong, 403: a
   *     foreign page, 429: too many from one address, 503: the node has not started yet
   */
  default void requestRefused(int status) {}

  /**
   * A page was refused, which {@link #requestRefused} is told of as well.
   *
   * @param origin as the page's browser says it; whatever a stranger has written, of any length
   * @param expected the origin of our own pages, as this request has reached us; a stranger's words
   *     too
   */
  default void originRefused(String origin, String expected) {}

  /** A connection could not be taken from the kernel; it waits there, or has given up. */
  default void acceptFailed(Throwable failure) {}

  /** The first request of a connection did not come in time; the connection was reset. */
  default void requestTimedOut() {}

  /** Both hear the same, this one first. */
  static TransportObserver both(TransportObserver first, TransportObserver second) {
    return new TransportObserver() {
      @Override
      public void requestRefused(int status) {
        first.requestRefused(status);
        second.requestRefused(status);
      }

      @Override
      public void originRefused(String origin, String expected) {
        first.originRefused(origin, expected);
        second.originRefused(origin, expected);
      }

      @Override
      public void acceptFailed(Throwable failure) {
        first.acceptFailed(failure);
        second.acceptFailed(failure);
      }

      @Override
      public void requestTimedOut() {
        first.requestTimedOut();
        second.requestTimedOut();
      }
    };
  }
}
