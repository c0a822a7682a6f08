package io.byssus.server.auth;

import static io.byssus.server.auth.TokenRefusal.ALGORITHM;
import static io.byssus.server.auth.TokenRefusal.MALFORMED;
import static io.byssus.server.auth.TokenRefusal.NO_EXPIRY;
import static io.byssus.server.auth.TokenRefusal.NO_USER;
import static io.byssus.server.auth.TokenRefusal.SIGNATURE;
import static io.byssus.server.auth.TokenRefusal.UNKNOWN_KEY;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import io.byssus.server.auth.Checked.Pending;
import io.byssus.server.auth.Checked.Refused;
import io.byssus.server.auth.Checked.Unknown;
import io.byssus.server.auth.Checked.Valid;
import java.text.ParseException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;

/**
 * Checks tokens of one issuer. The key that a token names decides the algorithm: a header that says
 * another makes it fail. Thread-safe.
 */
final class IssuerVerifier {
  /** A token that names no key must not make us try a hundred. */
  private static final int TRIED_MAX = 4;

  private static final Pattern WHOLE = Pattern.compile("0|-?[1-9]\\d*");

  private final TrustedIssuer issuer;
  private final List<KeySource> sources;
  private final Duration clockSkew;
  private final InstantSource clock;
  private final DefaultJWTClaimsVerifier<SecurityContext> claims;

  IssuerVerifier(
      TrustedIssuer issuer, List<KeySource> sources, Duration clockSkew, InstantSource clock) {
    this.issuer = issuer;
    this.sources = List.copyOf(sources);
    this.clockSkew = clockSkew;
    this.clock = clock;
    this.claims = claims(issuer, clock);
    claims.setMaxClockSkew((int) clockSkew.toSeconds());
  }

  private static DefaultJWTClaimsVerifier<SecurityContext> claims(
      TrustedIssuer issuer, InstantSource clock) {
    var exact = new JWTClaimsSet.Builder();
    issuer.issuer().ifPresent(exact::issuer);
    return new DefaultJWTClaimsVerifier<>(
        issuer.audience().orElse(null), exact.build(), Set.of(issuer.userClaim(), "exp")) {
      @Override
      protected Date currentTime() {
        return Date.from(clock.instant());
      }
    };
  }

  TrustedIssuer issuer() {
    return issuer;
  }

  /** Whether all keys are secrets, with which a signature costs next to nothing. */
  boolean cheap() {
    return issuer.keys().stream().allMatch(KeyOrigin.Secret.class::isInstance);
  }

  /**
   * @param algorithm that the token says it is signed with
   * @param mayAsk whether to have keys read again if this one's is not known
   */
  Checked check(SignedJWT token, Algorithm algorithm, boolean mayAsk) {
    var known = sources.stream().flatMap(source -> source.keys().keys().stream()).toList();
    var named = named(known, token.getHeader().getKeyID());
    var fitting = named.stream().filter(key -> key.algorithm() == algorithm).toList();
    try {
      for (var key : fitting.subList(0, Math.min(TRIED_MAX, fitting.size()))) {
        if (key.signed(token)) {
          return claims(token, key);
        }
      }
    } catch (JOSEException e) {
      return new Refused(SIGNATURE, "the token's signature cannot be computed");
    }
    return noKey(token, algorithm, known, mayAsk);
  }

  /** Keys of this name, or where none has it those without a name. */
  private static List<TrustedKey> named(List<TrustedKey> known, String id) {
    if (id == null) {
      return known;
    }
    var named = known.stream().filter(key -> key.id().equals(id)).toList();
    return named.isEmpty() ? known.stream().filter(key -> key.id().isEmpty()).toList() : named;
  }

  private Checked noKey(
      SignedJWT token, Algorithm algorithm, List<TrustedKey> known, boolean mayAsk) {
    var id = token.getHeader().getKeyID();
    var idKnown = id != null && known.stream().anyMatch(key -> key.id().equals(id));
    if (!algorithm.symmetric() && !idKnown) {
      var asked = mayAsk ? ask() : Optional.<CompletionStage<Void>>empty();
      if (asked.isPresent()) {
        return new Pending(asked.get());
      }
      var trouble = sources.stream().map(KeySource::trouble).flatMap(Optional::stream).findFirst();
      if (trouble.isPresent()) {
        return new Unknown("its key is not known, and keys could not be read: " + trouble.get());
      }
    }
    return refused(algorithm, id, idKnown, known);
  }

  private Optional<CompletionStage<Void>> ask() {
    return sources.stream().map(KeySource::ask).flatMap(Optional::stream).findFirst();
  }

  private Refused refused(Algorithm algorithm, String id, boolean idKnown, List<TrustedKey> known) {
    var named = named(known, id);
    if (!named.isEmpty() && named.stream().noneMatch(key -> key.algorithm() == algorithm)) {
      return new Refused(
          ALGORITHM,
          "the token is signed with %s, and its key in %s is for %s"
              .formatted(algorithm, issuer.path(), algorithms(named)));
    }
    if (id != null && !idKnown && named.isEmpty()) {
      return new Refused(
          UNKNOWN_KEY, "%s has no key of the token's kid, %s".formatted(paths(), id));
    }
    return new Refused(SIGNATURE, wrongSignature(algorithm));
  }

  private static String algorithms(List<TrustedKey> keys) {
    return keys.stream()
        .map(key -> key.algorithm().toString())
        .distinct()
        .sorted()
        .collect(Collectors.joining(" or "));
  }

  private String paths() {
    return sources.stream().map(KeySource::path).collect(Collectors.joining(" or "));
  }

  private String wrongSignature(Algorithm algorithm) {
    return "the token's signature does not match %s: it was made with another key%s"
        .formatted(
            paths(),
            algorithm.symmetric()
                ? ", or one side reads the secret as text and the other as base64"
                : "");
  }

  // Signed by one of our keys.

  private Checked claims(SignedJWT token, TrustedKey key) {
    try {
      var given = token.getJWTClaimsSet();
      try {
        claims.verify(given, null);
      } catch (BadJWTException e) {
        return new Explanation(issuer, clockSkew, clock.instant()).of(given);
      }
      // The library takes "exp": null for a claim that is there, and checks no time then.
      return given.getExpirationTime() == null
          ? new Refused(NO_EXPIRY, "the token has no exp", true)
          : accept(token, given, key);
    } catch (ParseException | JacksonException e) {
      return new Refused(
          MALFORMED,
          "the token's claims are not a JSON object, or a claim has the wrong type",
          true);
    }
  }

  private Checked accept(SignedJWT token, JWTClaimsSet given, TrustedKey key) {
    var written = WrittenClaims.of(token.getPayload().toString());
    if (!written.timesFit()) {
      return new Refused(MALFORMED, "a time in the token (exp, nbf, iat) is out of range", true);
    }
    var expires = given.getExpirationTime().toInstant().plus(clockSkew);
    return written
        .number(issuer.userClaim())
        .map(IssuerVerifier::digits)
        .orElseGet(() -> text(given))
        .filter(user -> !user.isBlank())
        .<Checked>map(user -> new Valid(user, expires, key, issuer))
        .orElseGet(() ->
            new Refused(
                NO_USER,
                "the token's %s is blank, not a text, or a number with a fraction"
                    .formatted(issuer.userClaim()),
                true));
  }

  private Optional<String> text(JWTClaimsSet given) {
    return given.getClaim(issuer.userClaim()) instanceof String text
        ? Optional.of(text)
        : Optional.empty();
  }

  /**
   * RFC 7519 has text for sub, and some issuers write numbers. A whole one is the user of these
   * digits; any other could be rounded to that of another user, so it names nobody.
   */
  private static Optional<String> digits(String number) {
    return WHOLE.matcher(number).matches() ? Optional.of(number) : Optional.empty();
  }
}
