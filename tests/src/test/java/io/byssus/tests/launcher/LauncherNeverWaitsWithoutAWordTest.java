package io.byssus.tests.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script `byssus` in a source tree of its own. In place of a JDK and of Maven there are scripts
 * that say what they were asked.
 */
@Timeout(60)
class LauncherNeverWaitsWithoutAWordTest {
  private static final String NOBODY = "65534";
  private static final boolean ROOT = System.getProperty("user.name").equals("root");

  @TempDir Path home;

  private Path target;
  private Path lock;

  @BeforeEach
  void plant() throws IOException {
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.copy(Path.of(System.getProperty("basedir", "."), "..", "byssus"), home.resolve("byssus"));
    script("byssus", Files.readString(home.resolve("byssus")));
    file("pom.xml", "<project/>");
    file("server/pom.xml", "<project/>");
    file("server/src/main/Main.java", "");
    file("jdk/release", "JAVA_VERSION=\"25\"\n");
    script("jdk/bin/java", "#!/bin/sh\necho \"java was asked: $*\"\n");
    script("jdk/bin/javac", "#!/bin/sh\n");
    script(
        "maven/bin/mvn",
        """
        #!/bin/sh
        echo '[INFO] Building Byssus core 0.1.0-SNAPSHOT        [3/5]'
        sleep 1
        mkdir -p '%1$s/server/target/lib' && touch '%1$s/server/target/byssus-server.jar'
        """
            .formatted(home));
    target = Files.createDirectories(home.resolve("target"));
    lock = target.resolve("byssus-build.lock");
  }

  private Path file(String name, String content) throws IOException {
    var file = home.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  private void script(String name, String content) throws IOException {
    Files.setPosixFilePermissions(
        file(name, content), PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private record Ended(int code, String said) {}

  private Ended run(List<String> before, String... arguments) throws Exception {
    var command = new ArrayList<>(before);
    command.add(home.resolve("byssus").toString());
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", home.resolve("jdk").toString());
    builder.environment().put("MAVEN_HOME", home.resolve("maven").toString());
    builder.environment().put("BYSSUS_AOT", "off");
    var process = builder.start();
    try (var out = process.getInputStream()) {
      var said = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
      return new Ended(process.exitValue(), said);
    } finally {
      process.destroyForcibly();
    }
  }

  private Ended run(String... arguments) throws Exception {
    return run(List.of(), arguments);
  }

  /** As somebody who may read all of it and write none of it. */
  private Ended runAsAServiceUser(String... arguments) throws Exception {
    if (ROOT) {
      return run(
          List.of("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"), arguments);
    }
    var writable = folders();
    writable.forEach(folder -> permit(folder, "r-xr-xr-x"));
    try {
      return run(arguments);
    } finally {
      writable.forEach(folder -> permit(folder, "rwxr-xr-x"));
    }
  }

  private List<Path> folders() throws IOException {
    try (Stream<Path> all = Files.walk(home)) {
      return all.filter(Files::isDirectory).toList();
    }
  }

  private static void permit(Path folder, String permissions) {
    try {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void takeLock(String pid) throws IOException {
    Files.createDirectories(lock);
    Files.writeString(lock.resolve("pid"), pid);
  }

  @Test
  void whoMayNotBuildIsToldSoAndTheEndIs69() throws Exception {
    var ended = runAsAServiceUser("serve");
    assertThat(ended.said()).contains("may not write in " + home, "Build it as its owner");
    assertThat(ended.code()).isEqualTo(69);
  }

  @Test
  void whoMayNotWriteMayStartWhatIsBuilt() throws Exception {
    assertThat(run("--version").said()).contains("java was asked");
    assertThat(runAsAServiceUser("serve").said()).contains("java was asked", "serve");
  }

  @Test
  void lockOfAnotherUsersEndedBuildIsSaid() throws Exception {
    assumeTrue(ROOT, "another user is needed");
    permit(target, "rwxrwxrwx");
    takeLock("999999999");
    var ended = runAsAServiceUser("serve");
    assertThat(ended.said()).contains("may not write in " + lock);
    assertThat(ended.code()).isEqualTo(69);
  }

  @Test
  void lockOfAProcessThatHasEndedIsNoLock() throws Exception {
    takeLock("999999999");
    assertThat(run("--version").said()).contains("java was asked");
    assertThat(lock).doesNotExist();
  }

  /** Killed between taking the lock and writing who it is. */
  @Test
  void lockOfNobodyIsNoLockForLong() throws Exception {
    Files.createDirectories(lock);
    assertThat(run("--version").said()).contains("java was asked");
  }

  /** After a restart of the machine its number is that of another program. */
  @Test
  void lockWhoseNumberBelongsToAnotherProgramIsNoLock() throws Exception {
    var other = new ProcessBuilder("sleep", "1000").start();
    try {
      takeLock(Long.toString(other.pid()));
      assertThat(run("--version").said()).contains("java was asked");
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void buildThatIsUnderWayIsWaitedForWithAWord() throws Exception {
    var other = new ProcessBuilder("sh", "-c", "sleep 3; : byssus").start();
    takeLock(Long.toString(other.pid()));
    assertThat(run("--version").said())
        .contains("waiting for the build of process " + other.pid(), "java was asked");
    assertThat(other.isAlive()).isFalse();
  }

  @Test
  void buildTellsWhatItIsAt() throws Exception {
    assertThat(run("--version").said()).contains("building Byssus core (3 of 5)");
  }

  @Test
  void helpListsEveryCommandBeforeTheFirstBuild() throws Exception {
    var ended = run("help");
    assertThat(ended.said())
        .contains("check-config", "config-doc", "token", "serve")
        .doesNotContain("java was asked", "building");
    assertThat(ended.code()).isZero();
  }

  @Test
  void buildIsNotRepeatedWhileNothingHasChanged() throws Exception {
    run("--version");
    var built = home.resolve("server/target/byssus-server.jar");
    Files.setLastModifiedTime(built, FileTime.from(Instant.now().plusSeconds(60)));
    assertThat(run("--version").said()).doesNotContain("building");
  }
}
