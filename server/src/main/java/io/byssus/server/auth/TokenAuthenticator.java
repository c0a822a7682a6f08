package io.byssus.server.auth;

import io.byssus.core.connection.Peer;
import io.byssus.core.node.Authenticator;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Knows clients by their tokens, and lets some come without one. Thread-safe. */
public final class TokenAuthenticator implements Authenticator {
  private static final Verdict NEEDED = new Verdict.Refused("a token is needed");

  /** One sentence for every reason: which check failed would help whoever forges tokens. */
  private static final Verdict INVALID = new Verdict.Refused("the token is not valid");

  private final TokenRules rules;
  private final Executor workers;
  private final Optional<CompletableFuture<TokenVerifier>> verifier;

  /**
   * @param workers where signatures are checked: not on a lane
   */
  public TokenAuthenticator(TokenRules rules, InstantSource clock, Executor workers) {
    this.rules = rules;
    this.workers = workers;
    // Loading the library takes a fifth of a second. It is over before the first client comes, or
    // that one waits.
    this.verifier =
        rules
            .key()
            .map(key ->
                CompletableFuture.supplyAsync(() -> new TokenVerifier(key, rules, clock), workers));
  }

  @Override
  public CompletionStage<Verdict> authenticate(String token, Peer peer) {
    if (token.isEmpty()) {
      return CompletableFuture.completedStage(
          admitsAnonymous(peer) ? new Verdict.Accepted("") : NEEDED);
    }
    if (verifier.isEmpty() || token.length() > rules.tokenBytes()) {
      return CompletableFuture.completedStage(INVALID);
    }
    // What the library throws at a token that nobody has thought of is a refusal too.
    return verifier
        .get()
        .thenApplyAsync(known -> known.verdict(token).orElse(INVALID), workers)
        .exceptionally(_ -> INVALID);
  }

  @Override
  public boolean admitsAnonymous(Peer peer) {
    return switch (rules.anonymous()) {
      case LOCAL -> peer.local();
      case EVERYONE -> true;
      case NOBODY -> false;
    };
  }
}
