package io.byssus.server.auth;

import io.byssus.core.connection.Peer;
import io.byssus.core.node.Authenticator;
import io.byssus.server.auth.VerifiedTokens.Digest;
import io.byssus.server.auth.VerifiedTokens.Known;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Knows clients by their tokens, and lets some come without one. Thread-safe.
 *
 * <p>A signature by a public key costs up to half a millisecond, so it is computed on workers and
 * never on a lane; at most {@link #UNDER_WAY} are waited for. One by a secret costs less than
 * handing it over, so the lane computes it itself. A token that was verified is known by its hash
 * until it expires: a client that comes back with it waits for nothing.
 */
public final class TokenAuthenticator implements Authenticator, AutoCloseable {
  /** What two workers verify in a few seconds; who comes later is better off somewhere else. */
  static final int UNDER_WAY = 8_192;

  /** A longer token may take a while to be read, whatever its signature costs. */
  private static final int SHORT = 2_048;

  private static final Verdict NEEDED = new Verdict.Refused("a token is needed");

  /** One sentence for every reason: which check failed would help whoever forges tokens. */
  private static final Verdict INVALID = new Verdict.Refused("the token is not valid");

  private static final Verdict TRY_AGAIN =
      new Verdict.Unavailable("tokens cannot be verified right now, try again");

  private final TokenRules rules;
  private final InstantSource clock;
  private final Executor workers;
  private final TokenObserver observer;
  private final VerifiedTokens remembered;
  private final AtomicInteger underWay = new AtomicInteger();
  private final Optional<CompletableFuture<KeySources>> sources;
  private final Optional<CompletableFuture<TokenVerifier>> verifier;

  /**
   * @param workers where signatures are checked: not on a lane
   */
  public TokenAuthenticator(
      TokenRules rules, InstantSource clock, Executor workers, TokenObserver observer) {
    this(
        rules,
        clock,
        workers,
        observer,
        () -> KeySources.open(rules.issuers(), observer),
        VerifiedTokens.fitting());
  }

  /**
   * @param open makes what has the keys; on a worker
   */
  TokenAuthenticator(
      TokenRules rules,
      InstantSource clock,
      Executor workers,
      TokenObserver observer,
      Supplier<KeySources> open,
      VerifiedTokens remembered) {
    this.rules = rules;
    this.clock = clock;
    this.workers = workers;
    this.observer = observer;
    this.remembered = remembered;
    // Loading the library takes a fifth of a second. It is over before the first client comes, or
    // that one waits.
    this.sources =
        Optional.of(rules.issuers())
            .filter(issuers -> !issuers.isEmpty())
            .map(_ -> CompletableFuture.supplyAsync(open, workers));
    this.verifier =
        sources.map(opened ->
            opened.thenApply(
                keys -> new TokenVerifier(rules.issuers(), keys, rules.clockSkew(), clock)));
  }

  @Override
  public CompletionStage<Verdict> authenticate(String given, Peer peer) {
    var token = given.isEmpty() ? peer.token() : given;
    if (token.isEmpty()) {
      return CompletableFuture.completedStage(anonymous(peer));
    }
    if (verifier.isEmpty()) {
      return CompletableFuture.completedStage(
          refused(
              TokenRefusal.NO_KEY,
              "it sent a token, but auth.jwt.secret is not set, nor any other key"));
    }
    if (token.length() > rules.tokenBytes()) {
      return CompletableFuture.completedStage(
          refused(
              TokenRefusal.TOO_LONG,
              "the token has %d bytes, and auth.token-bytes is %d"
                  .formatted(token.length(), rules.tokenBytes())));
    }
    var digest = Digest.of(token);
    var known = remembered.of(digest, clock.instant());
    if (known.isPresent()) {
      observer.recognized();
      return CompletableFuture.completedStage(accepted(known.get()));
    }
    return verify(token, digest, verifier.get());
  }

  private CompletionStage<Verdict> verify(
      String token, Digest digest, CompletableFuture<TokenVerifier> verifier) {
    if (verifier.isDone()
        && !verifier.isCompletedExceptionally()
        && token.length() <= SHORT
        && verifier.join().cheap()) {
      return CompletableFuture.completedStage(
          verdict(check(verifier.join(), token, false), digest));
    }
    if (underWay.incrementAndGet() > UNDER_WAY) {
      underWay.decrementAndGet();
      return CompletableFuture.completedStage(
          tryAgain(
              TokenRefusal.TOO_MANY, "%d tokens are being verified already".formatted(UNDER_WAY)));
    }
    return verifier
        .thenComposeAsync(known -> once(known, token), workers)
        .handle((checked, failure) -> {
          underWay.decrementAndGet();
          return failure == null
              ? verdict(checked, digest)
              : tryAgain(TokenRefusal.KEYS_UNAVAILABLE, "tokens cannot be verified: " + failure);
        });
  }

  /** Again when there may be other keys. */
  private CompletionStage<Checked> once(TokenVerifier verifier, String token) {
    var checked = check(verifier, token, true);
    return checked instanceof Checked.Pending(var keys)
        ? keys.thenApplyAsync(_ -> check(verifier, token, false), workers)
        : CompletableFuture.completedStage(checked);
  }

  /** What the library throws at a token that nobody has thought of is a refusal too. */
  private static Checked check(TokenVerifier verifier, String token, boolean mayAsk) {
    try {
      return verifier.check(token, mayAsk);
    } catch (RuntimeException e) {
      return new Checked.Refused(
          TokenRefusal.MALFORMED,
          "the token cannot be read (" + e.getClass().getSimpleName() + ")");
    }
  }

  private Verdict verdict(Checked checked, Digest digest) {
    return switch (checked) {
      case Checked.Valid(var user, var expires, var key, var _) -> {
        var known = new Known(user, expires, key);
        remembered.add(digest, known);
        observer.verified();
        yield accepted(known);
      }
      case Checked.Refused(var reason, var why, var _) -> refused(reason, why);
      case Checked.Unknown(var why) -> tryAgain(TokenRefusal.KEYS_UNAVAILABLE, why);
      case Checked.Pending _ -> tryAgain(TokenRefusal.KEYS_UNAVAILABLE, "keys are being read");
    };
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

  private Verdict refused(TokenRefusal reason, String why) {
    observer.refused(reason, why);
    return INVALID;
  }

  private Verdict tryAgain(TokenRefusal reason, String why) {
    observer.refused(reason, why);
    return TRY_AGAIN;
  }

  private Verdict accepted(Known known) {
    return new Verdict.Accepted(known.user(), Duration.between(clock.instant(), known.expires()));
  }

  @Override
  public boolean admitsAnonymous(Peer peer) {
    return switch (rules.anonymous()) {
      case LOCAL -> peer.local();
      case EVERYONE -> true;
      case NOBODY -> false;
    };
  }

  @Override
  public void close() {
    // Also when they are opened only after this.
    sources.ifPresent(opened -> {
      var _ = opened.thenAccept(KeySources::close);
    });
  }
}
