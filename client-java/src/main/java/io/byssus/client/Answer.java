package io.byssus.client;

import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.ServerMessage;

/** What becomes of a command: one of these, once, on the lane. */
interface Answer {
  void reply(ServerMessage message);

  void refused(ErrorCode code, String message);

  /** The connection ended before there was an answer: it may have been done or not. */
  void broken();
}
