package io.byssus.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.byssus.redis.RedisSettings;
import io.byssus.server.settings.Config;
import io.byssus.server.settings.EngineConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsAreNeverPrintedTest {
  private static final String GOOD = "k7!vQz2#mX9$wL4&nB6*pR8(tY1)uC3-";

  private static final String PASSWORD = "pa.ss-word7";

  @TempDir Path folder;

  @Test
  void configurationWithASecretShowsNone() {
    var config = Loading.yaml("").variable("BYSSUS_AUTH_JWT_SECRET", GOOD).config();
    assertThat(config.auth().jwt().own().secret()).contains(Secret.of(GOOD));
    assertThat(config.toString()).contains("(secret)").doesNotContain(GOOD);
    assertThat(config.auth().rules().toString()).doesNotContain(GOOD);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tooShort-q8Zr3",
        "your-256-bit-secret",
        "a-string-secret-at-least-256-bits-long",
        "secretsecretsecretsecretsecretsecret",
        "changeme-changeme-changeme-changeme-",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "01234567890123456789012345678901"
      })
  void weakOrWellKnownSecretIsRefusedWithoutBeingShown(String weak) {
    assertThat(Loading.yaml("").variable("BYSSUS_AUTH_JWT_SECRET", weak).problems())
        .singleElement()
        .asString()
        .startsWith("auth.jwt.secret (BYSSUS_AUTH_JWT_SECRET): ")
        .doesNotContain(weak);
  }

  @Test
  void secretOnTheCommandLineIsRefusedBecauseOthersCanReadIt() throws IOException {
    assertThat(Loading.yaml("").set("auth.jwt.secret", GOOD).problems())
        .singleElement()
        .asString()
        .contains("BYSSUS_AUTH_JWT_SECRET")
        .doesNotContain(GOOD);
    var file = Files.writeString(folder.resolve("key"), GOOD + "\n");
    assertThat(
            Loading.yaml("")
                .set("auth.jwt.secret", "file:" + file)
                .config()
                .auth()
                .jwt()
                .own()
                .secret())
        .contains(Secret.of(GOOD));
  }

  @Test
  void secretMayBeBytes() {
    var encoded = Base64.getEncoder().encodeToString(GOOD.getBytes());
    assertThat(
            Loading.yaml("auth: {jwt: {secret: 'base64:" + encoded + "'}}")
                .config()
                .auth()
                .jwt()
                .own()
                .secret())
        .contains(Secret.of(GOOD));
    assertThat(Loading.yaml("auth: {jwt: {secret: 'base64:???'}}").problems())
        .containsExactly(
            "auth.jwt.secret (test.yaml line 1): expected a text, base64:TEXT or file:PATH");
  }

  /** What `openssl rand -base64 48` writes is a text; as bytes it is another key. */
  @Test
  void keyInAFileIsItsTextWithoutItsLineEndUnlessItSaysThatItIsBase64(@TempDir Path folder)
      throws IOException {
    var text = "u7Zl0qV4mXw9Tn2RkD8sYb6cHf3JpA5eGtQ1ixLoWvN0KzSEMrCBUhdFyOjPagI=";
    var file = folder.resolve("jwt.key");
    for (var end : new String[] {"", "\n", "\r\n"}) {
      Files.writeString(file, text + end);
      assertThat(secretIn(file)).isEqualTo(Secret.of(text));
      Files.writeString(file, "base64:" + text + end);
      assertThat(secretIn(file)).isEqualTo(new Secret(Base64.getDecoder().decode(text)));
    }
    Files.writeString(file, "base64:###");
    assertThatThrownBy(() -> secretIn(file)).hasMessageContaining("is not base64");
  }

  private static Secret secretIn(Path file) {
    return ValueTypes.SECRET.parse("file:" + file);
  }

  @Test
  void fileThatCannotBeReadIsNamed() throws IOException {
    var empty = Files.writeString(folder.resolve("empty"), "\n");
    assertThat(Loading.yaml("redis: {password: 'file:" + empty + "'}").problems())
        .containsExactly("redis.password (test.yaml line 1): the file " + empty + " is empty");
    assertThat(Loading.yaml("auth: {jwt: {secret: 'file:/no/such/key'}}").problems())
        .containsExactly("auth.jwt.secret (test.yaml line 1): there is no file /no/such/key");
  }

  @Test
  void passwordOfARedisIsNotShown() throws IOException {
    var whole = Loading.yaml("").variable("BYSSUS_ENGINE", "redis://zoe:" + PASSWORD + "@h:1");
    assertThat(whole.config().toString()).contains("redis://h:1").doesNotContain(PASSWORD, "zoe");
    assertThat(redis(whole.config()).access().redis().password().now()).isEqualTo(PASSWORD);
    var file = Files.writeString(folder.resolve("password"), PASSWORD + "\n");
    var apart =
        Loading.yaml("engine: redis://ann@h\nredis:\n  password: file:" + file + "\n").config();
    assertThat(apart.toString()).doesNotContain(PASSWORD);
    assertThat(redis(apart).access().redis().password().now()).isEqualTo(PASSWORD);
    assertThat(redis(apart).toString()).doesNotContain(PASSWORD);
    Files.writeString(file, "base64:" + Base64.getEncoder().encodeToString("anew".getBytes()));
    assertThat(redis(apart).access().redis().password().now())
        .as("what stands in the file now")
        .isEqualTo("anew");
    Files.writeString(file, "base64:???");
    assertThat(redis(apart).access().redis().password().now()).isEqualTo(PASSWORD);
  }

  private static RedisSettings redis(Config config) {
    var address = ((EngineConfig.Redis) config.engine()).address();
    return config.redis().settings(address);
  }

  @Test
  void passwordOnTheCommandLineIsRefusedBecauseOthersCanReadIt() {
    assertThat(Loading.yaml("").set("engine", "redis://:" + PASSWORD + "@h").problems())
        .containsExactly(
            "engine (--set): every user of this machine can read a command line; set redis.password"
                + " to file:PATH instead, or the whole address by BYSSUS_ENGINE");
    assertThat(Loading.yaml("").set("redis.password", PASSWORD).problems())
        .singleElement()
        .asString()
        .contains("every user of this machine can read a command line")
        .doesNotContain(PASSWORD);
    assertThat(Loading.yaml("").set("engine", "redis://ann@h").problems()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://u:" + PASSWORD + "@",
        "redis://u:" + PASSWORD,
        "redis:/:" + PASSWORD + "@h",
        "radish://u:" + PASSWORD + "@h",
        "redis-cluster://u:" + PASSWORD + "@h/7"
      })
  void passwordInAWrongAddressIsNotShown(String address) {
    assertThat(Loading.yaml("").variable("BYSSUS_ENGINE", address).problems())
        .singleElement()
        .asString()
        .startsWith("engine (BYSSUS_ENGINE): ")
        .contains("redis")
        .doesNotContain(PASSWORD);
    assertThat(Loading.yaml("").set("enigne", address).problems())
        .singleElement()
        .asString()
        .doesNotContain(PASSWORD);
    assertThat(Loading.yaml("").set("listen.port", "redis://u:" + PASSWORD + "@h").problems())
        .singleElement()
        .asString()
        .doesNotContain(PASSWORD);
  }
}
