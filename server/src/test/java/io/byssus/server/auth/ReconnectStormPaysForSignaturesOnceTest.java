package io.byssus.server.auth;

import static io.byssus.server.auth.TestJwt.header;
import static io.byssus.server.auth.TestJwt.pem;
import static io.byssus.server.auth.TestJwt.signed;
import static io.byssus.server.auth.Tokens.FAR;
import static io.byssus.server.auth.Tokens.INVALID;
import static io.byssus.server.auth.Tokens.LATER;
import static io.byssus.server.auth.Tokens.accepted;
import static io.byssus.server.auth.Tokens.claims;
import static io.byssus.server.auth.Tokens.issuer;
import static io.byssus.server.auth.Tokens.secret;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.node.Authenticator.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReconnectStormPaysForSignaturesOnceTest {
  private static final KeyPair KEY = TestJwt.edwards();

  @TempDir Path folder;
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(folder.resolve("key.pem"), pem(KEY.getPublic()));
  }

  private Tokens tokens(int remembered) {
    var tokens = new Tokens(waiting::add, remembered, issuer(Tokens.file(file, Algorithm.RS256)));
    work();
    return tokens;
  }

  private void work() {
    for (var task = waiting.poll(); task != null; task = waiting.poll()) {
      task.run();
    }
  }

  private static String token(String more) {
    return signed(header(Algorithm.EDDSA, ""), claims(more), Algorithm.EDDSA, KEY.getPrivate());
  }

  private static CompletionStage<Verdict> ask(Tokens tokens, String token) {
    return tokens.authenticator().authenticate(token, FAR);
  }

  private static Verdict now(CompletionStage<Verdict> asked) {
    assertThat(asked.toCompletableFuture()).isDone();
    return asked.toCompletableFuture().join();
  }

  @Test
  void tokenThatWasVerifiedIsKnownWithoutAWorker() {
    try (var tokens = tokens(100)) {
      var token = token("");
      var first = ask(tokens, token);
      assertThat(first.toCompletableFuture()).isNotDone();
      work();
      assertThat(now(first)).isEqualTo(accepted("ann"));
      for (var i = 0; i < 5_000; i++) {
        assertThat(now(ask(tokens, token))).isEqualTo(accepted("ann"));
      }
      assertThat(tokens.verified).isEqualTo(1);
      assertThat(tokens.recognized).isEqualTo(5_000);
    }
  }

  @Test
  void oneBitOfItIsAnotherToken() {
    try (var tokens = tokens(100)) {
      var token = token("");
      ask(tokens, token);
      work();
      for (var other :
          new String[] {token + "=", token + " ", token.replace('A', 'B'), token + "A"}) {
        assertThat(ask(tokens, other).toCompletableFuture()).as(other).isNotDone();
        work();
      }
      assertThat(tokens.recognized).isZero();
    }
  }

  @Test
  void itIsForgottenWhenItExpires() {
    try (var tokens = tokens(100)) {
      var token = token("");
      ask(tokens, token);
      work();
      tokens.pass(Duration.ofSeconds(659));
      assertThat(now(ask(tokens, token)))
          .isEqualTo(new Verdict.Accepted("ann", Duration.ofSeconds(1)));
      tokens.pass(Duration.ofSeconds(1));
      var late = ask(tokens, token);
      work();
      assertThat(now(late)).isEqualTo(INVALID);
      assertThat(tokens.lastReason()).isEqualTo(TokenRefusal.EXPIRED);
    }
  }

  @Test
  void refusedTokenIsNotRemembered() {
    try (var tokens = tokens(100)) {
      for (var i = 0; i < 3; i++) {
        var early = ask(tokens, token(",\"nbf\":" + (Tokens.NOW.getEpochSecond() + 61)));
        work();
        assertThat(now(early)).isEqualTo(INVALID);
      }
      tokens.pass(Duration.ofSeconds(2));
      var inTime = ask(tokens, token(",\"nbf\":" + (Tokens.NOW.getEpochSecond() + 61)));
      work();
      assertThat(now(inTime)).isInstanceOf(Verdict.Accepted.class);
    }
  }

  @Test
  void thoseThatWereSeenLeastRecentlyMakeRoom() {
    try (var tokens = tokens(10)) {
      for (var i = 0; i < 100; i++) {
        ask(tokens, token(",\"jti\":\"" + i + "\""));
        work();
      }
      for (var i = 90; i < 100; i++) {
        assertThat(now(ask(tokens, token(",\"jti\":\"" + i + "\"")))).isEqualTo(accepted("ann"));
      }
      assertThat(ask(tokens, token(",\"jti\":\"89\"")).toCompletableFuture()).isNotDone();
    }
  }

  @Test
  void whoComesWhenTooManyAreWaitingIsAskedToTryAgain() {
    try (var tokens = tokens(100)) {
      var all = new ArrayList<CompletionStage<Verdict>>();
      for (var i = 0; i < TokenAuthenticator.UNDER_WAY; i++) {
        all.add(ask(tokens, "not even a token " + i));
      }
      assertThat(now(ask(tokens, token("")))).isEqualTo(LATER);
      assertThat(tokens.reasons).containsExactly(TokenRefusal.TOO_MANY);
      work();
      assertThat(all).allMatch(each -> now(each).equals(INVALID));
      var again = ask(tokens, token(""));
      work();
      assertThat(now(again)).isEqualTo(accepted("ann"));
    }
  }

  /** It costs less than handing it over; but what is long may take a while to be read. */
  @Test
  void shortTokenOfASecretIsVerifiedOnTheSpot() {
    try (var tokens = new Tokens(waiting::add, 100, issuer(secret(Algorithm.HS256)))) {
      var token = signed(header(Algorithm.HS256, ""), claims(""), Algorithm.HS256, Tokens.SECRET);
      var early = ask(tokens, token);
      assertThat(early.toCompletableFuture()).isNotDone(); // the library is being loaded
      work();
      assertThat(now(early)).isEqualTo(accepted("ann"));
      assertThat(
              now(
                  ask(
                      tokens,
                      signed(
                          header(Algorithm.HS256, ""),
                          claims(",\"jti\":1"),
                          Algorithm.HS256,
                          Tokens.SECRET))))
          .isEqualTo(INVALID); // jti is a text
      var padded = claims(",\"pad\":\"" + "x".repeat(2_000) + "\"");
      var large =
          ask(tokens, signed(header(Algorithm.HS256, ""), padded, Algorithm.HS256, Tokens.SECRET));
      assertThat(large.toCompletableFuture()).isNotDone();
      work();
      assertThat(now(large)).isEqualTo(accepted("ann"));
    }
  }
}
