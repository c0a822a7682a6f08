package io.byssus.server.auth;

import java.time.Duration;
import java.util.List;

/**
 * Which clients are welcome.
 *
 * @param issuers whose tokens are good; none: no token is valid
 * @param clockSkew how far an issuer's clock and ours may differ
 * @param tokenBytes longest token that is read at all
 */
public record TokenRules(
    Anonymous anonymous, List<TrustedIssuer> issuers, Duration clockSkew, int tokenBytes) {
  public TokenRules {
    issuers = List.copyOf(issuers);
  }
}
