package io.byssus.server.config;

import static org.assertj.core.api.Assertions.assertThat;

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

  @TempDir Path folder;

  @Test
  void configurationWithASecretShowsNone() {
    var config = Loading.yaml("").variable("BYSSUS_AUTH_JWT_SECRET", GOOD).config();
    assertThat(config.auth().jwt().secret()).contains(Secret.of(GOOD));
    assertThat(config.toString()).contains("(secret)").doesNotContain(GOOD);
    assertThat(Settings.tokens(config).toString()).doesNotContain(GOOD);
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
            Loading.yaml("").set("auth.jwt.secret", "file:" + file).config().auth().jwt().secret())
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
                .secret())
        .contains(Secret.of(GOOD));
    assertThat(Loading.yaml("auth: {jwt: {secret: 'base64:???'}}").problems())
        .containsExactly(
            "auth.jwt.secret (test.yaml line 1): expected a text, base64:TEXT or file:PATH");
  }

  @Test
  void fileThatCannotBeReadIsNamed() {
    assertThat(Loading.yaml("auth: {jwt: {secret: 'file:/no/such/key'}}").problems())
        .containsExactly("auth.jwt.secret (test.yaml line 1): there is no file /no/such/key");
  }

  @Test
  void passwordInAnAddressIsNotShown() {
    assertThat(Loading.yaml("").variable("BYSSUS_ENGINE", "redis://me:pa/ss@host:6379").problems())
        .containsExactly(
            "engine (BYSSUS_ENGINE): \"redis://…@host:6379\": this build has the memory engine"
                + " only; Redis comes with a later one");
  }
}
