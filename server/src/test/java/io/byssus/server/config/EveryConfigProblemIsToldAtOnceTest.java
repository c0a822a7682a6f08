package io.byssus.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.redis.testing.TestCertificates;
import io.byssus.server.settings.Config;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EveryConfigProblemIsToldAtOnceTest {
  @Test
  void problemsOfAllKindsStandSideBySide() {
    var problems =
        Loading.yaml(
                """
                listen:
                  port: 99999
                limits:
                  max-mesage: 64KiB
                  outbox: much
                session:
                  ttl: 1m
                """)
            .variable("BYSSUS_LIMITS_TAGS", "-1")
            .set("engine", "mysql")
            .problems();
    assertThat(problems)
        .containsExactlyInAnyOrder(
            "listen.port (test.yaml line 2): \"99999\": expected a whole number, 0 to 65535",
            "limits.max-mesage (test.yaml line 4): unknown key; did you mean"
                + " limits.max-message?",
            "limits.outbox (test.yaml line 5): \"much\": expected a size such as 512B, 64KiB or"
                + " 1MiB, 4KiB to 1GiB",
            "session.ttl (test.yaml line 7): \"1m\": expected a duration such as 1500ms, 30s or 2m,"
                + " 2m to 7d",
            "limits.tags (BYSSUS_LIMITS_TAGS): \"-1\": expected a whole number, 0 to 1000 tags",
            "engine (--set): \"mysql\": expected memory, or the address of a Redis such as"
                + " redis://localhost:6379");
  }

  @Test
  void keyThatIsNoneNamesTheNearest() {
    assertThat(meant("limits.attribute_bytes", "1KiB"))
        .endsWith("did you mean limits.attribute-bytes?");
    assertThat(meant("sesion.ttl", "5m")).endsWith("did you mean session.ttl?");
    assertThat(meant("namespaces.chat.histroy.size", "5"))
        .endsWith("did you mean namespaces.chat.history.size?");
    assertThat(meant("port", "80")).endsWith("did you mean listen.port?");
    assertThat(meant("limtis.everything", "80")).endsWith("did you mean something in limits?");
    assertThat(meant("something.else", "80")).endsWith("unknown key");
  }

  private static String meant(String path, String text) {
    return Loading.yaml("").set(path, text).problems().getFirst();
  }

  @Test
  void valueInPlaceOfKeysNamesTheKeysAndKeysInPlaceOfValueNameIt() {
    assertThat(Loading.yaml("auth: everyone").problems())
        .containsExactly(
            "auth (test.yaml line 1): takes no value; its keys are anonymous, cookie, jwt,"
                + " token-bytes");
    assertThat(Loading.yaml("engine:\n  url: memory").problems())
        .containsExactly(
            "engine.url (test.yaml line 2): engine takes a value and has no further keys");
    assertThat(Loading.yaml("engine: [memory, memory]").problems())
        .containsExactly(
            "engine (test.yaml line 1): expected memory, or the address of a Redis such as"
                + " redis://localhost:6379, not a list");
  }

  @Test
  void valuesThatContradictEachOtherAreRefusedTogether() {
    assertThat(
            Loading.yaml(
                    """
                    channels: {ttl: 10m}
                    session: {ttl: 20m}
                    heartbeat: {interval: 10s, timeout: 10s, adaptive-min: 5m}
                    drain: {grace: 30s}
                    auth: {anonymous: nobody}
                    node: {name: not a name}
                    namespaces:
                      chat: {history: {age: 11m}}
                      talk: {prefix: "chat:"}
                      default: {prefix: x}
                    """)
                .problems())
        .containsExactlyInAnyOrder(
            "session.ttl (test.yaml line 2): 20m is longer than channels.ttl, which is 10m",
            "heartbeat.timeout (test.yaml line 3): 10s is not shorter than heartbeat.interval,"
                + " which is 10s",
            "heartbeat.adaptive-min (test.yaml line 3): 5m is longer than heartbeat.adaptive-max,"
                + " which is 4m",
            "drain.deadline (test.yaml line 4): is shorter than drain.grace plus drain.window,"
                + " which is 35s",
            "auth.anonymous (test.yaml line 5): no client could connect: auth.anonymous is nobody"
                + " and auth.jwt.secret is not set",
            "node.name (test.yaml line 6): expected letters, digits, dots, dashes and underscores"
                + " only",
            "namespaces.chat.history.age (test.yaml line 8): 11m is longer than channels.ttl, which"
                + " is 10m",
            "namespaces.talk.prefix (test.yaml line 9): \"chat:\" is already the prefix of"
                + " namespaces.chat",
            "namespaces.default.prefix (test.yaml line 10): \"x\": the namespace default takes all"
                + " channels that no other claims, and has no prefix; remove it");
  }

  @Test
  void addressesOfOthersAreLookedAt() {
    assertThat(
            Loading.yaml(
                    """
                    listen:
                      allowed-origins: [https://app.example, "*", app.example, https://a.example/b]
                      trusted-proxies: [10.0.0.0/8, "fd00::/8", 10.0.0.300]
                    """)
                .problems())
        .containsExactlyInAnyOrder(
            "listen.trusted-proxies (test.yaml line 3): \"10.0.0.0/8,fd00::/8,10.0.0.300\": not an"
                + " IP address or network: 10.0.0.300",
            "listen.allowed-origins (test.yaml line 2): \"app.example\": expected scheme://host,"
                + " scheme://host:port, null or *",
            "listen.allowed-origins (test.yaml line 2): \"https://a.example/b\": expected"
                + " scheme://host, scheme://host:port, null or *");
  }

  @Test
  void originsThatAreNoWebPageMayBeListed() {
    assertThat(
            Loading.yaml(
                    """
                    listen:
                      allowed-origins:
                        - "null"
                        - https://app_1.example.org
                        - file://
                        - capacitor://localhost
                        - http://[fd00:0::5]:8080
                    """)
                .problems())
        .isEmpty();
  }

  @Test
  void engineIsMemoryOrTheAddressOfARedis() {
    assertThat(Loading.yaml("engine: postgres").problems())
        .containsExactly(
            "engine (test.yaml line 1): \"postgres\": expected memory, or the address of a Redis"
                + " such as redis://localhost:6379");
    assertThat(Loading.yaml("engine: redis-cluster://a,b/3").problems())
        .containsExactly(
            "engine (test.yaml line 1): a Redis Cluster has database 0 only; expected"
                + " redis-cluster://[USER[:PASSWORD]@]HOST[:PORT],HOST[:PORT]");
  }

  @Test
  void whatIsSaidOfRedisFitsTogether() {
    assertThat(
            Loading.yaml(
                    """
                    engine: redis://:one@h
                    redis:
                      password: two
                      ca-file: pom.xml
                    node:
                      address: a b
                    """)
                .problems())
        .containsExactlyInAnyOrder(
            "redis.password (test.yaml line 3): engine has a password too: remove one of them",
            "redis.ca-file (test.yaml line 4): applies to TLS only, and the address in engine has"
                + " none (rediss://)",
            "node.address (test.yaml line 6): expected a host with a port, or a URL");
    for (var prefix : List.of("a b", "a{1}", "*", ":a", "x".repeat(65), "a\\tb")) {
      assertThat(Loading.yaml("redis: {prefix: \"" + prefix + "\"}").problems())
          .singleElement()
          .asString()
          .contains("redis.prefix", "a prefix begins with a letter or digit");
    }
    assertThat(Loading.yaml("redis: {prefix: 'team:stage-2'}").problems()).isEmpty();
    assertThat(Loading.yaml("redis: {ca-file: no/such.pem}").problems())
        .containsExactly(
            "redis.ca-file (test.yaml line 1): \"no/such.pem\": there is no such file");
  }

  @Test
  void whatIsForSentinelsAndForTlsFitsTheEngine() {
    assertThat(
            Loading.yaml(
                    """
                    engine: redis://h
                    redis:
                      sentinel-user: ann
                      sentinel-tls: true
                      key-file: pom.xml
                    """)
                .problems())
        .containsExactlyInAnyOrder(
            "redis.sentinel-user (test.yaml line 3): applies to Sentinels only, and the address in"
                + " engine names none (redis-sentinel://)",
            "redis.sentinel-user (test.yaml line 3): needs redis.sentinel-password, which is not"
                + " set",
            "redis.sentinel-tls (test.yaml line 4): applies to Sentinels only, and the address in"
                + " engine names none (redis-sentinel://)",
            "redis.key-file (test.yaml line 5): redis.cert-file is not set: it must name the"
                + " certificate of this key");
    assertThat(
            Loading.yaml(
                    "engine: redis-sentinel://h/m\nredis: {sentinel-tls: true, ca-file: pom.xml}")
                .problems())
        .containsExactly(
            "redis.ca-file (test.yaml line 2): there is no certificate in PEM in pom.xml");
  }

  @Test
  void aCertificateIsLookedAtBeforeAnybodyIsShownIt(@TempDir Path folder) {
    var made = new TestCertificates(folder).make("node").make("other").make("edwards", "ed25519");
    made.make("curve", "ec -pkeyopt ec_paramgen_curve:prime256v1");
    made.openssl("rsa -in node.key -traditional -out old.key");
    made.openssl("pkcs8 -topk8 -in node.key -passout pass:secret -out encrypted.key");
    assertThat(certificate(made, "node.crt", "node.key")).isEmpty();
    assertThat(certificate(made, "curve.crt", "curve.key")).isEmpty();
    assertThat(certificate(made, "edwards.crt", "edwards.key")).isEmpty();
    assertThat(certificate(made, "node.crt", "other.key"))
        .containsExactly(
            "redis.key-file (--set): this key is not the one of the certificate in "
                + made.file("node.crt"));
    assertThat(certificate(made, "node.crt", "curve.key"))
        .singleElement()
        .asString()
        .contains("redis.key-file", "this key is not the one of the certificate");
    for (var old : List.of("old.key", "encrypted.key")) {
      assertThat(certificate(made, "node.crt", old))
          .singleElement()
          .asString()
          .contains("redis.key-file", "openssl pkcs8 -topk8 -nocrypt");
    }
    assertThat(certificate(made, "node.crt", "node.crt"))
        .singleElement()
        .asString()
        .contains("redis.key-file", "there is no private key in PEM");
    assertThat(certificate(made, "node.key", "node.key"))
        .contains(
            "redis.cert-file (--set): there is no certificate in PEM in " + made.file("node.key"));
  }

  private static List<String> certificate(TestCertificates made, String chain, String key) {
    return Loading.yaml("engine: rediss://h")
        .set("redis.cert-file", made.file(chain).toString())
        .set("redis.key-file", made.file(key).toString())
        .problems();
  }

  @Test
  void messageMustFitWhereverMessagesGo() {
    assertThat(Loading.yaml("limits: {max-message: 8MiB, outbox: 4MiB}").problems())
        .containsExactly(
            "limits.outbox (test.yaml line 1): 4MiB is less than limits.max-message, which is 8MiB",
            "limits.recovery-bytes (test.yaml line 1): 4MiB is less than limits.max-message, which"
                + " is 8MiB");
  }

  @Test
  void valueThatIsWrongByItselfIsNotHeldAgainstOthers() {
    assertThat(Loading.yaml("channels: {ttl: soon}\nsession: {ttl: 3h}").problems()).hasSize(1);
  }

  @Test
  void mistakeInYamlIsToldWithItsLine() {
    assertThat(Loading.yaml("listen:\n  port: [80\nnode:\n").problems())
        .singleElement()
        .asString()
        .startsWith("test.yaml (line 3): this is not YAML: ");
    assertThat(Loading.yaml("limits: {tags: 1}\nlimits: {tags: 2}").problems())
        .containsExactly("limits (test.yaml line 2): duplicate key, first set on line 1");
    assertThat(Loading.yaml("- a\n- b").problems())
        .containsExactly("test.yaml (test.yaml line 1): expected keys with values");
    assertThat(Loading.yaml("a: ".repeat(50) + "b").problems()).hasSize(1);
    assertThat(Loading.yaml("a: {b: {c: {d: {e: {f: {g: {h: {i: {j: {k: 1}}}}}}}}}}").problems())
        .hasSize(1);
    assertThat(Loading.yaml("a: &a {b: *a}").problems()).isNotEmpty();
  }

  @Test
  void fileThatIsNotThereIsToldLikeAnyOtherProblem() {
    var outcome =
        ConfigLoader.load(
            Config.DEFINITION,
            new ConfigLoader.Sources(
                Optional.of(Path.of("no/such.yaml")), Map.of("BYSSUS_PORT", "x"), List.of()));
    assertThat(outcome)
        .isInstanceOfSatisfying(
            ConfigLoader.Outcome.Refused.class,
            refused ->
                assertThat(refused.problems())
                    .hasSize(2)
                    .first()
                    .hasToString("no/such.yaml: there is no such file"));
  }

  @Test
  void givenTextCannotTakeOverTheTerminal() {
    assertThat(Loading.yaml("").set("listen.port", "\033[2Jx\r\ny\u202E").problems())
        .containsExactly(
            "listen.port (--set): \"\uFFFD[2Jx\uFFFD\uFFFDy\uFFFD\": expected a whole number, 0 to"
                + " 65535");
  }
}
