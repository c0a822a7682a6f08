package io.byssus.client;

import java.net.URI;

/**
 * Opens WebSockets. Whatever is heard is told on the client's lane, in order, and the next frame is
 * read from the network when the one before has been dealt with: a server cannot fill our memory.
 */
interface Transport {
  /** Code for an end without a close frame, and for a connection that did not come about. */
  int BROKEN = 1006;

  /** Begins to connect, and returns before anything has happened. */
  Socket open(URI server, Listener hearing);

  /** Said to it on the lane only. */
  interface Socket {
    /** Sends a text frame; those sent before it leave before it. */
    void send(String text);

    /** Says goodbye, and is gone in a moment even when nobody answers. */
    void close();

    /** Drops it as it is. */
    void abort();
  }

  /** What comes of a socket, on the lane. Nothing follows {@link #onClose}. */
  interface Listener {
    void onOpen();

    void onText(String frame);

    /** A frame without text: the other side lives. */
    void onSignOfLife();

    void onClose(int code, String reason);
  }
}
