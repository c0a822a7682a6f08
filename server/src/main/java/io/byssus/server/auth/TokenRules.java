package io.byssus.server.auth;

import java.time.Duration;
import java.util.Optional;
import javax.crypto.SecretKey;

/**
 * Which clients are welcome.
 *
 * @param key that tokens are signed with; empty: no token is valid
 * @param issuer that the claim iss must be
 * @param audience that the claim aud must contain
 * @param clockSkew how far the issuer's clock and ours may differ
 * @param tokenBytes longest token that is read at all
 */
public record TokenRules(
    Anonymous anonymous,
    Optional<SecretKey> key,
    Optional<String> issuer,
    Optional<String> audience,
    Duration clockSkew,
    int tokenBytes) {}
