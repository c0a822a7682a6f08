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
  /** The algorithm is none that we take, or not that of the key which the token names. */
  ALGORITHM,
  /** It names a key (kid) that we do not have. */
  UNKNOWN_KEY,
  /** The signature is not one of our keys. */
  SIGNATURE,
  ISSUER,
  AUDIENCE,
  /** It has no exp. */
  NO_EXPIRY,
  EXPIRED,
  NOT_YET_VALID,
  /** It has no claim with the user, or one that names no user. */
  NO_USER,
  /** Nobody knows: its key may be one that could not be read. The client may try again. */
  KEYS_UNAVAILABLE,
  /** Nobody knows: too many are being verified. The client may try again. */
  TOO_MANY
}
