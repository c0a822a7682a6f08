package io.byssus.server.auth;

import static io.byssus.server.auth.TokenRefusal.ALGORITHM;
import static io.byssus.server.auth.TokenRefusal.ISSUER;
import static io.byssus.server.auth.TokenRefusal.MALFORMED;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.SignedJWT;
import io.byssus.server.auth.Checked.Pending;
import io.byssus.server.auth.Checked.Refused;
import io.byssus.server.auth.Checked.Unknown;
import io.byssus.server.auth.Checked.Valid;
import java.text.ParseException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the user off a JSON Web Token (RFC 7519). Thread-safe; never waits.
 *
 * <p>Where there are several issuers the token's own word decides whose rules hold; its signature
 * must then be by one of that issuer's keys.
 */
final class TokenVerifier {
  /** An access token (RFC 9068) is one as well. */
  private static final Set<String> TYPES = Set.of("jwt", "at+jwt", "application/at+jwt");

  private final List<IssuerVerifier> issuers;

  TokenVerifier(
      List<TrustedIssuer> issuers, KeySources keys, Duration clockSkew, InstantSource clock) {
    this.issuers =
        issuers.stream()
            .map(issuer -> new IssuerVerifier(issuer, keys.of(issuer), clockSkew, clock))
            .toList();
  }

  /** Whether a token costs so little that a lane can check it as well as hand it on. */
  boolean cheap() {
    return issuers.stream().allMatch(IssuerVerifier::cheap);
  }

  /**
   * @param mayAsk whether the answer may be {@link Pending}
   */
  Checked check(String token, boolean mayAsk) {
    try {
      return JWTParser.parse(token) instanceof SignedJWT signed
          ? check(signed, mayAsk)
          : new Refused(ALGORITHM, "the token is not signed");
    } catch (ParseException | IllegalArgumentException e) {
      return new Refused(
          MALFORMED,
          "the token is not a signed JSON Web Token (three parts of base64url and JSON). Does it"
              + " begin with Bearer?");
    }
  }

  private Checked check(SignedJWT token, boolean mayAsk) throws ParseException {
    var header = token.getHeader();
    if (asksForMore(header)) {
      return new Refused(
          MALFORMED, "the token's header asks for an unsupported feature (typ, crit)");
    }
    var algorithm = Algorithm.named(header.getAlgorithm().getName());
    if (algorithm.isEmpty()) {
      return new Refused(
          ALGORITHM,
          "the token is signed with " + header.getAlgorithm() + ", which is never accepted");
    }
    // Of one alone the claims are looked at once the signature is known to be good.
    return issuers.size() == 1
        ? issuers.getFirst().check(token, algorithm.get(), mayAsk)
        : check(token, algorithm.get(), mayAsk, token.getJWTClaimsSet().getIssuer());
  }

  private Checked check(
      SignedJWT token, Algorithm algorithm, boolean mayAsk, @Nullable String iss) {
    var mine = whose(iss);
    if (mine.isEmpty()) {
      return new Refused(ISSUER, "the token's iss is %s, and known are %s".formatted(iss, known()));
    }
    Checked best = mine.getFirst().check(token, algorithm, mayAsk);
    for (var next : mine.subList(1, mine.size())) {
      if (best instanceof Valid || (best instanceof Refused(var _, var _, var ours) && ours)) {
        return best;
      }
      best = better(best, next.check(token, algorithm, mayAsk));
    }
    return best;
  }

  private static boolean asksForMore(JWSHeader header) {
    return header.getCriticalParams() != null
        || (header.getType() != null
            && !TYPES.contains(header.getType().getType().toLowerCase(Locale.ROOT)));
  }

  private List<IssuerVerifier> whose(@Nullable String iss) {
    var named =
        issuers.stream()
            .filter(each -> each.issuer().issuer().filter(wanted -> wanted.equals(iss)).isPresent())
            .toList();
    return named.isEmpty()
        ? issuers.stream().filter(each -> each.issuer().issuer().isEmpty()).toList()
        : named;
  }

  private String known() {
    return issuers.stream()
        .flatMap(each -> each.issuer().issuer().stream())
        .collect(Collectors.joining(", "));
  }

  /** Two issuers of one name: what one of them knows counts, and what one may find out. */
  private static Checked better(Checked first, Checked second) {
    return switch (second) {
      case Valid _ -> second;
      case Refused(var _, var _, var ours) when ours -> second;
      case Pending _ -> second;
      case Unknown _ -> first instanceof Pending ? first : second;
      case Refused _ -> first;
    };
  }
}
