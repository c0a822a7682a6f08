package io.byssus.core.node;

import io.byssus.core.session.StoredSession;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.ErrorCode;
import java.util.Optional;

/** How far a connect is. */
sealed interface AdmissionState {
  /** Who comes is asked for. */
  record Authenticating() implements AdmissionState {}

  /** In line at the gate. */
  record Queued(String user) implements AdmissionState {}

  /** The store is asked for the session, or for a new one. */
  record Claiming(String user) implements AdmissionState {}

  /** Granted; who has the session here lets go of it. */
  record Attaching(SessionHolder holder, StoredSession stored, Came came)
      implements AdmissionState {}

  /** Told that it is in, and sent what its subscriptions missed. */
  record Restoring(SessionHolder holder, StoredSession stored) implements AdmissionState {}

  /** Its commands are served. */
  record Done() implements AdmissionState {}

  /** Told why not. Unless the connection is closed, another connect may follow on it. */
  record Refused(ErrorCode code, String message, Optional<CloseCode> close)
      implements AdmissionState {}

  /** This connect fails; another may follow on the same connection. */
  static AdmissionState refused(ErrorCode code, String message) {
    return new Refused(code, message, Optional.empty());
  }

  /** The connection is closed. */
  static AdmissionState turnedAway(ErrorCode code, String message, CloseCode close) {
    return new Refused(code, message, Optional.of(close));
  }

  /** In which way a session came to its connection. */
  enum Came {
    NEW,
    BACK,
    /** A connection had it until now. */
    TAKEN_OVER
  }
}
