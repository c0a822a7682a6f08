package io.byssus.server.auth;

import java.util.List;
import java.util.Optional;

/**
 * Somebody who makes tokens that are good here.
 *
 * @param path the group of the configuration where it stands
 * @param issuer that the claim iss must be
 * @param audience that the claim aud must contain
 * @param userClaim the claim that names the user
 * @param keys at least one
 */
public record TrustedIssuer(
    String path,
    Optional<String> issuer,
    Optional<String> audience,
    String userClaim,
    List<KeyOrigin> keys) {
  /** The claim that names the user unless somebody says otherwise. */
  public static final String SUBJECT = "sub";

  public TrustedIssuer {
    keys = List.copyOf(keys);
  }
}
