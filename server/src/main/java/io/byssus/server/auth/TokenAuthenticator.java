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
  private final TokenObserver observer;
  private final Optional<CompletableFuture<TokenVerifier>> verifier;

  /**
   * @param workers where signatures are checked: not on a lane
   */
  public TokenAuthenticator(
      TokenRules rules, InstantSource clock, Executor workers, TokenObserver observer) {
    this.rules = rules;
    this.workers = workers;
    this.observer = observer;
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
      return CompletableFuture.completedStage(anonymous(peer));
    }
    if (verifier.isEmpty()) {
      return CompletableFuture.completedStage(
          refused(TokenRefusal.NO_KEY, "it sent a token, but auth.jwt.secret is not set"));
    }
    if (token.length() > rules.tokenBytes()) {
      return CompletableFuture.completedStage(
          refused(
              TokenRefusal.TOO_LONG,
              "the token has %d bytes, and auth.token-bytes is %d"
                  .formatted(token.length(), rules.tokenBytes())));
    }
    // What the library throws at a token that nobody has thought of is a refusal too.
    return verifier
        .get()
        .thenApplyAsync(known -> verdict(known.check(token)), workers)
        .exceptionally(failure ->
            refused(
                TokenRefusal.MALFORMED,
                "the token cannot be read (" + failure.getClass().getSimpleName() + ")"));
  }

  private Verdict anonymous(Peer peer) {
    if (admitsAnonymous(peer)) {
      return new Verdict.Accepted("");
    }
    observer.refused(
        TokenRefusal.MISSING,
        rules.anonymous() == Anonymous.LOCAL
            ? "it sent no token and is not on this machine (auth.anonymous: local)"
            : "it sent no token (auth.anonymous: nobody)");
    return NEEDED;
  }

  private Verdict verdict(TokenVerifier.Checked checked) {
    return switch (checked) {
      case TokenVerifier.Checked.Valid(var verdict) -> verdict;
      case TokenVerifier.Checked.Refused(var reason, var why) -> refused(reason, why);
    };
  }

  private Verdict refused(TokenRefusal reason, String why) {
    observer.refused(reason, why);
    return INVALID;
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
