package io.byssus.core;

import io.byssus.protocol.CloseCode;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Gap;
import java.time.Duration;

/**
 * Hears what happens on a node: metrics, logs and tests implement what they care for. Called on any
 * thread, often on a lane: must not block. The node bears one that throws ({@link Observers}).
 */
public interface NodeObserver {
  NodeObserver NONE = new NodeObserver() {};

  default void connectionOpened() {}

  /**
   * @param code the one that we closed it with, or {@link CloseCode#GOING_AWAY} when the peer went
   */
  default void connectionClosed(CloseCode code) {}

  default void sessionCreated(String session) {}

  default void sessionResumed(String session, boolean takeover) {}

  default void sessionDetached(String session) {}

  /** The session was claimed by another connection or is gone: this node holds it no more. */
  default void sessionLost(String session) {}

  default void sessionEnded(String session) {}

  default void sessionsExpired(int count) {}

  default void commandFailed(ErrorCode code) {}

  default void published(String channel) {}

  /** {@code messages} publications of a channel were written to {@code connections} connections. */
  default void delivered(String channel, int messages, int connections) {}

  /** Pushes were dropped because of a slow reader. */
  default void dropped(int pushes, long bytes) {}

  /** A feed saw an offset jump and read {@code items} from the history. */
  default void gapRepaired(String channel, int items) {}

  /** A live subscription lost items for good. */
  default void gap(String channel, Gap reason) {}

  /** A lane stood still: nobody is judged dead until it has listened for a full period. */
  default void laneStalled(Duration pause) {}

  /**
   * Something threw that must not: a task of a lane, or an observer. Only that ended; what it had
   * begun for a connection is made good by the client's resume.
   */
  default void taskFailed(Throwable failure) {}

  /**
   * Memory of this kind is short: somebody was refused, or had to let go of what it held.
   *
   * @param kind the name of a {@link Budget}
   */
  default void memoryShort(String kind) {}

  /** An engine call ended without an answer. */
  default void engineFailed(String step, Throwable failure) {}

  /** The engine cannot be reached any more, or can again. */
  default void engineReachable(boolean reachable) {}

  default void draining(int connections) {}

  /** Another node was heard for the first time, or again. */
  default void nodeJoined(String node) {}

  /** Another node has said good-bye, as one does that stops in good order. */
  default void nodeLeft(String node) {}

  /** Another node was silent for too long, or runs anew without having left. */
  default void nodeGone(String node) {}

  /** Another node said something that this build does not know, as a newer one does. */
  default void clusterMessageUnknown(String type) {}

  /** This node detached {@code count} sessions of one that is gone. */
  default void sessionsOrphaned(int count) {}

  /** The engine has lost something that it had acknowledged, or may have, or its clock was set. */
  default void engineForgot() {}

  /** This node wrote {@code count} of its sessions anew that the engine may have lost. */
  default void sessionsHealed(int count) {}

  /** Another run has this node's name: this one drains. */
  default void nameLost() {}
}
