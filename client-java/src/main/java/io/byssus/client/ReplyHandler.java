package io.byssus.client;

import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.ServerMessage;

/** What becomes of a command: one of these, once, on the lane. */
interface ReplyHandler {
  void onReply(ServerMessage message);

  void onRefused(ErrorCode code, String message);

  /** The connection ended before there was an answer: it may have been done or not. */
  void onBroken();
}
