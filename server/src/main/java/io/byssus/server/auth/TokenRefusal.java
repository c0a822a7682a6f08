package io.byssus.server.auth;

/** Why a client was not let in, for the operator. The client is told none of it. */
public enum TokenRefusal {
  /** There is none, and the client is not let in without. */
  MISSING,
  /** No token is valid, as there is no key. */
  NO_KEY,
  TOO_LONG,
  /** It is no JSON Web Token, or one of its parts is not what it must be. */
  MALFORMED,
  /** The algorithm is not the one that we take. */
  ALGORITHM,
  /** The signature is not one of our key. */
  SIGNATURE,
  ISSUER,
  AUDIENCE,
  /** It has no exp. */
  NO_EXPIRY,
  EXPIRED,
  NOT_YET_VALID,
  /** It has no sub, or one that names no user. */
  NO_USER
}
