package io.byssus.server.auth;

import io.byssus.core.connection.Peer;
import io.byssus.core.node.Authenticator.Verdict;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.spec.SecretKeySpec;

/** A token authenticator on one thread, with a clock in hand, and what it has told. */
final class Tokens implements AutoCloseable {
  static final byte[] SECRET =
      "k7!vQz2#mX9$wL4&nB6*pR8(tY1)uC3-k7!vQz2#mX9$wL4&nB6*pR8(tY1)uC3-"
          .getBytes(StandardCharsets.UTF_8);
  static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  static final Peer FAR = new Peer("203.0.113.7", false);
  static final Verdict INVALID = new Verdict.Refused("the token is not valid");
  static final Verdict LATER =
      new Verdict.Unavailable("tokens cannot be verified right now, try again");

  final List<TokenRefusal> reasons = new ArrayList<>();
  final List<String> sentences = new ArrayList<>();
  final AtomicLong nanos = new AtomicLong();
  int verified;
  int recognized;
  private final KeySources sources;
  private final TokenAuthenticator authenticator;

  Tokens(TrustedIssuer... issuers) {
    this(Runnable::run, 1_000, issuers);
  }

  Tokens(Executor workers, int remembered, TrustedIssuer... issuers) {
    var heard = new Heard();
    var rules = new TokenRules(Anonymous.NOBODY, List.of(issuers), Duration.ofSeconds(60), 8 << 10);
    sources =
        new KeySources(
            rules.issuers(), new HttpJwks(Duration.ofSeconds(1)), nanos::get, Runnable::run, heard);
    authenticator =
        new TokenAuthenticator(
            rules,
            () -> NOW.plusNanos(nanos.get()),
            workers,
            heard,
            () -> sources,
            new VerifiedTokens(remembered));
  }

  private final class Heard implements TokenObserver {
    @Override
    public void refused(TokenRefusal reason, String why) {
      reasons.add(reason);
      sentences.add(why);
    }

    @Override
    public void verified() {
      verified++;
    }

    @Override
    public void recognized() {
      recognized++;
    }

    @Override
    public void keysFailed(String path, String why) {
      sentences.add(why);
    }
  }

  Verdict verdict(String token) {
    return authenticator.authenticate(token, FAR).toCompletableFuture().join();
  }

  TokenAuthenticator authenticator() {
    return authenticator;
  }

  TokenRefusal lastReason() {
    return reasons.getLast();
  }

  void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
    sources.look();
  }

  @Override
  public void close() {
    authenticator.close();
    sources.close();
  }

  static Verdict accepted(String user) {
    return new Verdict.Accepted(user, Duration.ofSeconds(660));
  }

  static String claims(String more) {
    return "{\"sub\":\"ann\",\"exp\":" + (NOW.getEpochSecond() + 600) + more + "}";
  }

  static TrustedIssuer issuer(KeyOrigin... keys) {
    return new TrustedIssuer("auth.jwt", Optional.empty(), Optional.empty(), "sub", List.of(keys));
  }

  static TrustedIssuer issuer(String iss, String audience, String userClaim, KeyOrigin... keys) {
    return new TrustedIssuer(
        "auth.jwt.issuers." + iss,
        Optional.of(iss),
        Optional.of(audience).filter(text -> !text.isEmpty()),
        userClaim,
        List.of(keys));
  }

  static KeyOrigin secret(Algorithm algorithm) {
    return secret("auth.jwt.secret", algorithm, SECRET);
  }

  static KeyOrigin secret(String path, Algorithm algorithm, byte[] key) {
    return new KeyOrigin.Secret(
        path, algorithm, new SecretKeySpec(key, "HmacSHA256"), Optional.empty());
  }

  static KeyOrigin file(Path file, Algorithm rsa) {
    return new KeyOrigin.PublicKeys("auth.jwt.public-key", file, rsa);
  }

  static KeyOrigin jwks(URI url) {
    return new KeyOrigin.Jwks(
        "auth.jwt.jwks-url", url, Algorithm.RS256, Duration.ofMinutes(5), Duration.ofHours(1));
  }
}
