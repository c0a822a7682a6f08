package io.byssus.server.settings;

import io.byssus.redis.RedisAccess;
import io.byssus.redis.RedisAddress;
import io.byssus.redis.RedisCertificate;
import io.byssus.redis.RedisLogin;
import io.byssus.redis.RedisPassword;
import io.byssus.redis.RedisSettings;
import io.byssus.server.config.Constraints;
import io.byssus.server.config.Group;
import io.byssus.server.config.Secret;
import io.byssus.server.config.SecretType;
import io.byssus.server.config.ValueTypes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The group redis: how to deal with Redis, where it is the engine. */
public record RedisConfig(
    Optional<Secret> password,
    Optional<String> sentinelUser,
    Optional<Secret> sentinelPassword,
    Optional<Boolean> sentinelTls,
    Optional<Path> caFile,
    Optional<Path> certFile,
    Optional<Path> keyFile,
    Duration timeout,
    int replicas,
    String prefix) {
  static RedisConfig read(Group in) {
    return new RedisConfig(
        in.key(
                "password",
                "The password, if it is not part of the address. Keep it in a file, where it can be"
                    + " changed while the node runs, or in the environment variable.")
            .maybeSecret("that of the address, or none"),
        in.key(
                "sentinel-user",
                "The user for the Sentinels, where they have one of their own, with"
                    + " redis.sentinel-password.")
            .maybeText("the default user", 1, 255),
        in.key(
                "sentinel-password",
                "The password for the Sentinels, where it is not that of Redis. Keep it in a"
                    + " file, like redis.password.")
            .maybeSecret("none, and that of Redis where they insist"),
        in.key("sentinel-tls", "Whether the Sentinels are asked over TLS.")
            .maybe(ValueTypes.SWITCH, "as engine says for Redis"),
        in.key(
                "ca-file",
                "PEM file with the certificate authorities that a Redis with TLS, and its"
                    + " Sentinels, are trusted by.")
            .maybe(ValueTypes.FILE, "those of the JVM"),
        in.key(
                "cert-file",
                "PEM file with the certificate that the node shows where Redis asks for one, and"
                    + " with those between it and the authority.")
            .maybe(ValueTypes.FILE, "it shows none"),
        in.key(
                "key-file",
                "PEM file with the private key of redis.cert-file, in PKCS #8, not encrypted.")
            .maybe(ValueTypes.FILE, "it shows none"),
        in.key(
                "timeout",
                "How long to wait for Redis to answer a command; then the connection is closed, and"
                    + " clients get unknown or unavailable.")
            .duration("1500ms", "200ms", "10s"),
        in.key(
                "replicas",
                "How many replicas must have a publication before it is acknowledged as"
                    + " replicated. 0 means enough that no replica without it can be promoted.")
            .count(0, 0, 100, "replicas"),
        in.key(
                "prefix",
                "What the names of all keys and Pub/Sub channels in Redis begin with. Clusters of"
                    + " nodes that share a database need different ones.")
            .as(new RedisPrefixType(), RedisSettings.DEFAULT_PREFIX));
  }

  public RedisSettings settings(RedisAddress address) {
    return new RedisSettings(address, access(address), timeout, replicas, prefix);
  }

  private RedisAccess access(RedisAddress address) {
    return new RedisAccess(
        new RedisLogin(
            address.user(),
            password.map(RedisConfig::login).orElseGet(() -> RedisPassword.of(address.password()))),
        sentinelPassword.map(secret -> new RedisLogin(sentinelUser.orElse(""), login(secret))),
        sentinelTls.orElse(address.tls()),
        caFile,
        certificate());
  }

  private static RedisPassword login(Secret secret) {
    return secret
        .file()
        .map(file -> RedisPassword.inFile(file, () -> SecretType.read(file).text(), secret.text()))
        .orElseGet(() -> RedisPassword.of(secret.text()));
  }

  private Optional<RedisCertificate> certificate() {
    return certFile.flatMap(chain -> keyFile.map(key -> new RedisCertificate(chain, key)));
  }

  void check(Constraints rules, EngineConfig engine) {
    if (engine instanceof EngineConfig.Redis(var address)) {
      rules.require(
          address.password().isEmpty() || password.isEmpty(),
          "engine has a password too: remove one of them",
          "redis.password",
          "engine");
      sentinels(rules, address);
      var tls = address.tls() || sentinelTls.orElse(false);
      onlyOverTls(rules, tls, caFile, "redis.ca-file");
      onlyOverTls(rules, tls, certFile, "redis.cert-file");
      onlyOverTls(rules, tls, keyFile, "redis.key-file");
      if (tls) {
        certificates(rules);
      }
    }
  }

  private void certificates(Constraints rules) {
    rules.require(
        certFile.isPresent() || keyFile.isEmpty(),
        "redis.cert-file is not set: it must name the certificate of this key",
        "redis.key-file",
        "redis.cert-file");
    rules.require(
        keyFile.isPresent() || certFile.isEmpty(),
        "redis.key-file is not set: it must name the private key of this certificate",
        "redis.cert-file",
        "redis.key-file");
    caFile.ifPresent(
        file -> rules.holds(() -> RedisCertificate.checkCertificates(file), "redis.ca-file"));
    certFile.ifPresent(
        file -> rules.holds(() -> RedisCertificate.checkCertificates(file), "redis.cert-file"));
    if (certFile.isPresent() && keyFile.isPresent()) {
      var own = new RedisCertificate(certFile.get(), keyFile.get());
      rules.holds(own::checkKey, "redis.key-file", "redis.cert-file");
    }
  }

  private void sentinels(Constraints rules, RedisAddress address) {
    var none =
        "applies to Sentinels only, and the address in engine names none (redis-sentinel://)";
    var asked = address.kind() == RedisAddress.Kind.SENTINEL;
    rules.require(asked || sentinelUser.isEmpty(), none, "redis.sentinel-user", "engine");
    rules.require(asked || sentinelPassword.isEmpty(), none, "redis.sentinel-password", "engine");
    rules.require(asked || sentinelTls.isEmpty(), none, "redis.sentinel-tls", "engine");
    rules.require(
        sentinelPassword.isPresent() || sentinelUser.isEmpty(),
        "needs redis.sentinel-password, which is not set",
        "redis.sentinel-user",
        "redis.sentinel-password");
  }

  private static void onlyOverTls(
      Constraints rules, boolean tls, Optional<Path> file, String path) {
    rules.require(
        tls || file.isEmpty(),
        "applies to TLS only, and the address in engine has none (rediss://)",
        path,
        "engine");
  }
}
