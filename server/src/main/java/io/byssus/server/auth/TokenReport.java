package io.byssus.server.auth;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a token says, and whether it is valid here, in lines for the operator. They may hold
 * whatever the token holds.
 */
public record TokenReport(Outcome outcome, List<String> lines) {
  /** Whether a node with the same configuration would accept it now. */
  public enum Outcome {
    VALID,
    REFUSED,
    /** Its key may be one that could not be read. */
    UNKNOWN
  }

  public TokenReport {
    lines = List.copyOf(lines);
  }

  /** Reads the keys as a node would, which may take some seconds. */
  public static TokenReport of(String token, TokenRules rules, InstantSource clock) {
    var lines = new ArrayList<>(contents(token));
    if (rules.issuers().isEmpty()) {
      lines.add("refused    no_key: auth.jwt has no key, so no token is valid");
      return new TokenReport(Outcome.REFUSED, lines);
    }
    if (token.length() > rules.tokenBytes()) {
      lines.add(
          "refused    too_long: it has %d bytes, and auth.token-bytes is %d"
              .formatted(token.length(), rules.tokenBytes()));
      return new TokenReport(Outcome.REFUSED, lines);
    }
    return verdict(checked(token, rules, clock), lines, clock);
  }

  private static Checked checked(String token, TokenRules rules, InstantSource clock) {
    try (var sources = KeySources.open(rules.issuers(), TokenObserver.NONE)) {
      var verifier = new TokenVerifier(rules.issuers(), sources, rules.clockSkew(), clock);
      var checked = verifier.check(token, true);
      if (checked instanceof Checked.Pending(var keys)) {
        keys.toCompletableFuture().join(); // bounded by the time that one answer may take
        return verifier.check(token, false);
      }
      return checked;
    }
  }

  private static TokenReport verdict(Checked checked, List<String> lines, InstantSource clock) {
    return switch (checked) {
      case Checked.Valid(var user, var expires, var _, var issuer) -> {
        lines.add("valid      by the keys of " + issuer.path());
        lines.add("user       " + user);
        lines.add(
            "for        %d s more, auth.jwt.clock-skew included"
                .formatted(Duration.between(clock.instant(), expires).toSeconds()));
        yield new TokenReport(Outcome.VALID, lines);
      }
      case Checked.Refused(var reason, var why, var _) -> {
        lines.add("refused    " + reason.name().toLowerCase(Locale.ROOT) + ": " + why);
        yield new TokenReport(Outcome.REFUSED, lines);
      }
      case Checked.Unknown(var why) -> {
        lines.add("not known  " + why);
        yield new TokenReport(Outcome.UNKNOWN, lines);
      }
      case Checked.Pending _ -> throw new IllegalStateException("keys were asked for already");
    };
  }

  private static List<String> contents(String token) {
    try {
      if (JWTParser.parse(token) instanceof SignedJWT signed) {
        var header = signed.getHeader();
        var claims = signed.getJWTClaimsSet();
        return List.of(
            "header     alg %s, kid %s, typ %s"
                .formatted(header.getAlgorithm(), or(header.getKeyID()), or(header.getType())),
            "issuer     iss %s, aud %s".formatted(or(claims.getIssuer()), claims.getAudience()),
            "subject    sub " + or(claims.getSubject()),
            "times      " + times(claims));
      }
    } catch (ParseException | IllegalArgumentException e) {
      return List.of(); // what is wrong with it is told with the verdict
    }
    return List.of();
  }

  private static String or(@Nullable Object value) {
    return value == null ? "(none)" : value.toString();
  }

  private static String times(JWTClaimsSet claims) {
    return "iat %s, nbf %s, exp %s"
        .formatted(
            time(claims.getIssueTime()),
            time(claims.getNotBeforeTime()),
            time(claims.getExpirationTime()));
  }

  private static String time(@Nullable Date time) {
    return time == null ? "(none)" : time.toInstant().toString();
  }
}
