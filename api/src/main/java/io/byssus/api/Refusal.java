package io.byssus.api;

import io.byssus.protocol.ErrorCode;

/** Why a request is not served. */
record Refusal(int status, ErrorCode code, String message) {
  Refusal(ErrorCode code, String message) {
    this(Status.of(code), code, message);
  }
}
