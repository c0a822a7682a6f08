package io.byssus.server.auth;

import io.byssus.core.lane.Ticker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;

/** Where the keys of all issuers come from, and what looks after them. */
final class KeySources implements AutoCloseable {
  /** For one answer of an address with keys. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Map<KeyOrigin, KeySource> sources = new HashMap<>();
  private final JwksFetch fetch;
  private final KeyWatch watch;

  KeySources(
      List<TrustedIssuer> issuers,
      JwksFetch fetch,
      Ticker ticker,
      Executor threads,
      TokenObserver observer) {
    this.fetch = fetch;
    for (var issuer : issuers) {
      for (var origin : issuer.keys()) {
        sources.put(origin, source(origin, fetch, ticker, threads, observer));
      }
    }
    watch = KeyWatch.start(List.copyOf(sources.values()));
  }

  static KeySources open(List<TrustedIssuer> issuers, TokenObserver observer) {
    return new KeySources(
        issuers,
        new HttpJwks(PATIENCE),
        System::nanoTime,
        task -> Thread.ofVirtual().name("byssus-jwks").start(task),
        observer);
  }

  private static KeySource source(
      KeyOrigin origin, JwksFetch fetch, Ticker ticker, Executor threads, TokenObserver observer) {
    return switch (origin) {
      case KeyOrigin.Secret secret -> secret(secret, observer);
      case KeyOrigin.PublicKeys(var path, var file, var rsa) ->
          new KeyFile(path, file, KeySet.NONE, () -> inFile(file, rsa), observer);
      case KeyOrigin.Jwks jwks -> new JwksKeys(jwks, fetch, ticker, threads, observer);
    };
  }

  private static KeySource secret(KeyOrigin.Secret secret, TokenObserver observer) {
    var first = new KeySet(List.of(new TrustedKey("", secret.algorithm(), secret.key())));
    return secret
        .file()
        .<KeySource>map(in ->
            new KeyFile(
                secret.path(),
                in.file(),
                first,
                () -> List.of(new TrustedKey("", secret.algorithm(), in.reader().read())),
                observer))
        .orElseGet(() -> new FixedKeys(secret.path(), first));
  }

  private static List<TrustedKey> inFile(Path file, Algorithm rsa) throws IOException {
    var keys = new ArrayList<TrustedKey>();
    for (var key : PemKeys.publicKeys(file)) {
      var usual = Algorithm.usual(key).orElseThrow();
      keys.add(new TrustedKey("", usual.rsa() ? rsa : usual, key));
    }
    return keys;
  }

  /** As the watch does each second. */
  void look() {
    sources.values().forEach(KeySource::look);
  }

  List<KeySource> of(TrustedIssuer issuer) {
    return issuer.keys().stream()
        .map(origin -> Objects.requireNonNull(sources.get(origin)))
        .toList();
  }

  @Override
  public void close() {
    watch.close();
    fetch.close();
  }
}
