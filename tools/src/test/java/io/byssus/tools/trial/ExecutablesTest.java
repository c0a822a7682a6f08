package io.byssus.tools.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExecutablesTest {
  @TempDir Path folder;

  private Executables with(Map<String, String> environment) {
    return new Executables(environment, folder);
  }

  private Path program(String name) throws IOException {
    Files.createDirectories(folder.resolve(name).getParent());
    var file = Files.writeString(folder.resolve(name), "#!/bin/sh\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file;
  }

  @Test
  void redisIsTheOneThatIsNamedOrElseTheOneOfThePath() throws Exception {
    var installed = program("bin/redis-server");
    var named = program("mine");
    var path = "/no/such/folder:" + folder.resolve("bin");
    assertThat(with(Map.of("PATH", path)).redis()).isEqualTo(installed);
    assertThat(with(Map.of("PATH", path, "BYSSUS_REDIS_BIN", named.toString())).redis())
        .isEqualTo(named);
  }

  @Test
  void valkeyIsAsGood() throws Exception {
    var installed = program("bin/valkey-server");
    assertThat(with(Map.of("PATH", folder.resolve("bin").toString())).redis()).isEqualTo(installed);
  }

  @Test
  void redisThatIsNamedMustBeThere() {
    assertThatThrownBy(() -> with(Map.of("BYSSUS_REDIS_BIN", "/no/redis")).redis())
        .hasMessageContaining("BYSSUS_REDIS_BIN names /no/redis");
    assertThatThrownBy(() -> with(Map.of("BYSSUS_REDIS_BIN", folder.toString())).redis())
        .hasMessageContaining("not an executable");
  }

  @Test
  void withoutAnyRedisItIsSaidHowToGetOne() {
    assertThatThrownBy(() -> with(Map.of("PATH", "")).redis())
        .hasMessageContaining("apt-get install redis-server")
        .hasMessageContaining("BYSSUS_REDIS_BIN")
        .hasMessageContaining("--engine");
  }
}
