package io.byssus.server.settings;

import io.byssus.api.ApiKeys;
import io.byssus.api.ApiSettings;
import io.byssus.server.config.Constraints;
import io.byssus.server.config.Group;
import io.byssus.server.config.Secret;
import io.byssus.server.config.ValueTypes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The group api: where backends and operators come in. */
public record ApiConfig(
    Optional<Address> listen,
    Optional<Path> keysFile,
    Optional<Secret> keys,
    int body,
    int requestsPerSecond,
    int requestsAtOnce,
    int requestsAtOnceInAll,
    Duration idleTimeout) {
  /** Where it listens. */
  public record Address(String host, int port) {
    @Override
    public String toString() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }

  static ApiConfig read(Group in) {
    return new ApiConfig(
        in.key(
                "listen",
                "Where the HTTP API, /metrics and the pages for operators are served, as HOST:PORT."
                    + " Beyond this machine, only /metrics and health are served until there are"
                    + " keys. Keep it from the public.")
            .maybe(
                new AddressType(),
                ApiSettings.DEFAULT_HOST
                    + ":"
                    + ApiSettings.DEFAULT_PORT
                    + ", or the next free port after it"),
        in.key(
                "keys-file",
                "File with the keys of the API, one a line as ./byssus key prints them; read again"
                    + " when it changes.")
            .maybe(ValueTypes.FILE, "there is none"),
        in.key(
                "keys",
                "The keys themselves, with semicolons between them, for whoever has them in the"
                    + " environment. They are hashes, and open nothing.")
            .maybeSecret("there are none"),
        in.key("body", "Longest body of a request, and longest line of a batch.")
            .bytes("256KiB", "1KiB", "16MiB"),
        in.key(
                "requests-per-second",
                "How many requests and lines of batches one key may send a second; beyond, 429.")
            .count(10_000, 1, 1_000_000, "requests"),
        in.key("requests-at-once", "How many requests of one key may be under way; beyond, 429.")
            .count(1_000, 1, 100_000, "requests"),
        in.key(
                "requests-at-once-in-all",
                "How many requests of all keys together may be under way; beyond, 503.")
            .count(2_000, 1, 100_000, "requests"),
        in.key(
                "idle-timeout",
                "How long a caller may be silent within a request, and its body may take.")
            .duration("30s", "1s", "10m"));
  }

  void check(Constraints rules) {
    rules.require(
        requestsAtOnce <= requestsAtOnceInAll,
        "one key would have more than all together",
        "api.requests-at-once",
        "api.requests-at-once-in-all");
  }

  /** As the listener is told. */
  public ApiSettings settings() {
    var defaults = new Address(ApiSettings.DEFAULT_HOST, ApiSettings.DEFAULT_PORT);
    var address = listen.orElse(defaults);
    return new ApiSettings(
        address.host(),
        address.port(),
        listen.isEmpty(),
        body,
        requestsPerSecond,
        requestsAtOnce,
        requestsAtOnceInAll,
        idleTimeout);
  }

  /**
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException for what is no key; the message may be shown
   */
  public ApiKeys readKeys() throws IOException {
    return new ApiKeys(keys.map(Secret::text).orElse(""), keysFile);
  }
}
