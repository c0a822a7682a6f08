package io.byssus.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.protocol.device.Crc;
import io.byssus.server.settings.Config;
import io.byssus.tools.Terminal;
import io.byssus.tools.simulator.DevicePlan;
import io.byssus.tools.trial.Plan;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineTest {
  private static final String SECRET = "k7!vQz2#mX9$wL4&nB6*pR8(tY1)uC3-";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Map<String, String> environment = new HashMap<>();
  private final List<Config> served = new ArrayList<>();
  private final List<DevicePlan> devices = new ArrayList<>();
  private final List<Plan> plans = new ArrayList<>();
  private boolean colour;
  private Path file;

  @TempDir Path folder;

  @BeforeEach
  void file() {
    file = folder.resolve("byssus.yaml");
  }

  private int run(String... args) {
    var terminal = new Terminal(new PrintStream(out), new PrintStream(err), () -> colour);
    return new Cli(terminal, environment, new Noted()).run(args);
  }

  private final class Noted implements Cli.Runner {
    @Override
    public int serve(Config config, Terminal terminal, boolean exitAfterStart) {
      served.add(config);
      return Exit.OK;
    }

    @Override
    public int cluster(Plan plan, Terminal terminal) {
      plans.add(plan);
      return Exit.OK;
    }

    @Override
    public int device(DevicePlan plan, Terminal terminal) {
      devices.add(plan);
      return Exit.OK;
    }
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void goodFileIsSummedUp() throws IOException {
    Files.writeString(file, "listen: {port: 9000}\nnamespaces: {chat: {presence: true}}\n");
    assertThat(run("check-config", file.toString())).isEqualTo(Exit.OK);
    assertThat(out()).contains("is valid", "0.0.0.0:9000", "chat, default", "of this machine");
    assertThat(err()).isEmpty();
  }

  @Test
  void badFileEndsWith78AndAllItsProblems() throws IOException {
    Files.writeString(file, "listen: {prot: 9000}\nlimits: {tags: many}\n");
    assertThat(run("check-config", file.toString())).isEqualTo(Exit.CONFIG);
    assertThat(err()).contains("2 problems", "did you mean listen.port?", "\"many\"");
    assertThat(out()).isEmpty();
  }

  @Test
  void fileThatIsNotThereEndsWith78() {
    assertThat(run("check-config", file.toString())).isEqualTo(Exit.CONFIG);
    assertThat(err()).contains("there is no such file");
  }

  @Test
  void wrongCommandLineEndsWith64AndAHint() {
    assertThat(run()).isEqualTo(Exit.USAGE);
    assertThat(run("sreve")).isEqualTo(Exit.USAGE);
    assertThat(err()).contains("Did you mean serve?");
    assertThat(run("serve", "--prot", "1")).isEqualTo(Exit.USAGE);
    assertThat(err()).contains("Did you mean --port?");
    assertThat(run("serve", "--set", "limits.tags")).isEqualTo(Exit.USAGE);
    assertThat(err()).contains("--set takes KEY=VALUE");
    assertThat(run("check-config")).isEqualTo(Exit.USAGE);
    assertThat(run("token")).isEqualTo(Exit.USAGE);
    assertThat(served).isEmpty();
  }

  @Test
  void flagsOfServeReachTheNode() throws IOException {
    Files.writeString(file, "listen: {port: 1}\nlimits: {tags: 5}\n");
    environment.put("BYSSUS_CONFIG", file.toString());
    environment.put("BYSSUS_PORT", "2");
    assertThat(
            run(
                "serve",
                "--host",
                "127.0.0.1",
                "--port=3",
                "--node",
                "n7",
                "--engine",
                "memory",
                "--set",
                "limits.tags=6",
                "--set",
                "session.per-user=limit:2"))
        .isEqualTo(Exit.OK);
    var config = served.getFirst();
    assertThat(config.listen().host()).isEqualTo("127.0.0.1");
    assertThat(config.listen().port()).isEqualTo(3);
    assertThat(config.node().name()).contains("n7");
    assertThat(config.limits().node().tags()).isEqualTo(6);
  }

  @Test
  void fileOfTheFlagIsStrongerThanThatOfTheEnvironment() throws IOException {
    environment.put("BYSSUS_CONFIG", "/no/such/file");
    Files.writeString(file, "listen: {port: 7}\n");
    assertThat(run("serve", "--config", file.toString())).isEqualTo(Exit.OK);
    assertThat(served.getFirst().listen().port()).isEqualTo(7);
  }

  @Test
  void problemOfAFlagNamesTheFlag() {
    assertThat(run("serve", "--port", "high")).isEqualTo(Exit.CONFIG);
    assertThat(err()).contains("listen.port (--port): \"high\": expected a whole number");
    assertThat(served).isEmpty();
  }

  @Test
  void passwordIsNotRepeatedWhereverItStands() {
    var address = "redis://ann:zaphod@h";
    assertThat(run("serve", "--engine", address)).isEqualTo(Exit.CONFIG);
    assertThat(run("serve", "--set", "engine=" + address)).isEqualTo(Exit.CONFIG);
    assertThat(run("serve", "--set", address)).isEqualTo(Exit.USAGE);
    assertThat(run("serve", "--set", address + "=1")).isEqualTo(Exit.CONFIG);
    assertThat(run("serve", "--engin", address)).isEqualTo(Exit.USAGE);
    assertThat(run("serve", "--engin=" + address)).isEqualTo(Exit.USAGE);
    assertThat(run(address)).isEqualTo(Exit.USAGE);
    assertThat(out() + err()).contains("command line", "//…@h").doesNotContain("zaphod");
  }

  @Test
  void engineIsSummedUpWithoutItsPassword() throws IOException {
    Files.writeString(file, "engine: redis-sentinel://ann:zaphod@a,b/main\n");
    assertThat(run("check-config", file.toString())).isEqualTo(Exit.OK);
    assertThat(out())
        .contains("engine        redis-sentinel://a:26379,b:26379/main")
        .doesNotContain("zaphod");
  }

  @Test
  void clusterIsOfThreeNodesUnlessToldOtherwise() {
    assertThat(run("cluster")).isEqualTo(Exit.OK);
    assertThat(run("cluster", "--nodes", "5", "--port=0", "--engine", "redis://h"))
        .isEqualTo(Exit.OK);
    assertThat(plans)
        .containsExactly(
            new Plan(3, 8080, Optional.empty()), new Plan(5, 0, Optional.of("redis://h")));
  }

  @Test
  void clusterThatCannotBeIsRefused() {
    assertThat(run("cluster", "--nodes", "0")).isEqualTo(Exit.USAGE);
    assertThat(run("cluster", "--nodes", "10")).isEqualTo(Exit.USAGE);
    assertThat(run("cluster", "--nodes", "some")).isEqualTo(Exit.USAGE);
    assertThat(run("cluster", "--port", "64533")).isEqualTo(Exit.USAGE);
    assertThat(run("cluster", "--engine", "memory")).isEqualTo(Exit.USAGE);
    assertThat(run("cluster", "--engine", "redis://u:zaphod@h")).isEqualTo(Exit.CONFIG);
    assertThat(err()).contains("1 to 9", "64532", "needs a Redis").doesNotContain("zaphod");
    assertThat(plans).isEmpty();
  }

  /** The nodes of a real cluster are not joined by one that is for play. */
  @Test
  void clusterDoesNotHearTheEnvironment() {
    environment.put("BYSSUS_ENGINE", "redis://production");
    assertThat(run("cluster")).isEqualTo(Exit.OK);
    assertThat(plans).containsExactly(new Plan(3, 8080, Optional.empty()));
  }

  @Test
  void helpNamesFlagsAndTheirVariables() {
    assertThat(run("serve", "--help")).isEqualTo(Exit.OK);
    assertThat(out())
        .contains("--host", "BYSSUS_HOST", "--port", "BYSSUS_PORT", "--engine", "BYSSUS_ENGINE")
        .contains(
            "--node", "BYSSUS_NODE", "--config", "BYSSUS_CONFIG", "--set", "--exit-after-start");
    assertThat(run("--help")).isEqualTo(Exit.OK);
    assertThat(out()).contains("serve", "check-config", "config-doc", "token", "Exit codes");
    assertThat(run("--version")).isEqualTo(Exit.OK);
  }

  @Test
  void referenceComesPlainAndAsMarkdown() {
    assertThat(run("config-doc")).isEqualTo(Exit.OK);
    assertThat(out()).contains("  limits.outbox\n", "BYSSUS_LIMITS_OUTBOX").doesNotContain("|");
    assertThat(run("config-doc", "--markdown")).isEqualTo(Exit.OK);
    assertThat(out()).contains("| `limits.outbox` |");
  }

  @Test
  void tokenNeedsASecretAndIsAllThatIsPrinted() {
    assertThat(run("token", "--user", "ann")).isEqualTo(Exit.CONFIG);
    assertThat(err()).contains("auth.jwt.secret");
    environment.put("BYSSUS_AUTH_JWT_SECRET", SECRET);
    assertThat(run("token", "--user", "ann", "--ttl", "soon")).isEqualTo(Exit.USAGE);
    assertThat(run("token", "--user", "ann", "--ttl", "5m")).isEqualTo(Exit.OK);
    assertThat(out()).matches("[\\w-]+\\.[\\w-]+\\.[\\w-]+\\R").doesNotContain(SECRET);
  }

  @Test
  void tokenIsExplained() {
    environment.put("BYSSUS_AUTH_JWT_SECRET", SECRET);
    run("token", "--user", "ann", "--ttl", "5m");
    var token = out().strip();
    assertThat(run("token", "--check", token)).isEqualTo(Exit.OK);
    assertThat(out()).contains("alg HS256", "sub ann", "valid", "auth.jwt");
    environment.put("BYSSUS_AUTH_JWT_AUDIENCE", "chat");
    assertThat(run("token", "--check", token)).isEqualTo(Exit.DATA);
    assertThat(out()).contains("refused", "audience", "auth.jwt.audience is chat");
    assertThat(run("token", "--check", "Bearer x")).isEqualTo(Exit.DATA);
    assertThat(out()).contains("malformed");
    assertThat(run("token", "--check", token, "--user", "ann")).isEqualTo(Exit.USAGE);
    environment.clear();
    assertThat(run("token", "--check", token)).isEqualTo(Exit.DATA);
    assertThat(out()).contains("no_key");
  }

  @Test
  void tokenIsSignedWithAPrivateKey() throws Exception {
    var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    var folder = Files.createTempDirectory("byssus-keys");
    var secret = pem(folder.resolve("private.pem"), "PRIVATE KEY", pair.getPrivate().getEncoded());
    var open = pem(folder.resolve("public.pem"), "PUBLIC KEY", pair.getPublic().getEncoded());
    environment.put("BYSSUS_AUTH_JWT_ISSUERS_SHOP_ISSUER", "shop");
    environment.put("BYSSUS_AUTH_JWT_ISSUERS_SHOP_PUBLIC_KEY", open);
    assertThat(run("token", "--user", "ann")).isEqualTo(Exit.CONFIG);
    assertThat(err()).contains("--key");
    assertThat(run("token", "--user", "ann", "--key", open)).isEqualTo(Exit.USAGE);
    assertThat(err()).contains("BEGIN PRIVATE KEY");
    assertThat(run("token", "--user", "ann", "--key", secret, "--issuer", "other"))
        .isEqualTo(Exit.USAGE);
    assertThat(run("token", "--user", "ann", "--key", secret, "--kid", "k1", "--issuer", "shop"))
        .isEqualTo(Exit.OK);
    assertThat(run("token", "--check", out().strip())).isEqualTo(Exit.OK);
    assertThat(out()).contains("alg EdDSA, kid k1", "iss shop", "auth.jwt.issuers.shop");
  }

  private static String pem(Path file, String label, byte[] encoded) throws IOException {
    var body = Base64.getMimeEncoder().encodeToString(encoded);
    return Files.writeString(
            file, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, body, label))
        .toString();
  }

  @Test
  void coloursAreForTerminalsOnly() {
    run("serve", "--port", "x");
    assertThat(err()).doesNotContain("\033");
    colour = true;
    run("serve", "--port", "x");
    assertThat(err()).contains("\033[31mbyssus: \033[0m");
  }

  @Test
  void deviceTakesItsPlanFromTheCommandLine() {
    assertThat(
            run(
                "device",
                "--to",
                "tcp://127.0.0.1:9009",
                "--addresses",
                "1-3,9",
                "--flip",
                "0.5",
                "--control",
                "0x10",
                "--every",
                "200ms",
                "--crc",
                "modbus"))
        .isEqualTo(Exit.OK);

    var plan = devices.getFirst();
    assertThat(plan.to()).hasToString("tcp://127.0.0.1:9009");
    assertThat(plan.addresses()).containsExactly(1, 2, 3, 9);
    assertThat(plan.faults().flip()).isEqualTo(0.5);
    assertThat(plan.control()).isEqualTo(16);
    assertThat(plan.every()).hasMillis(200);
    assertThat(plan.crc()).isEqualTo(Crc.MODBUS);
  }

  @Test
  void deviceOverWebSocketNamesItsGateway() {
    run("device", "--gateway", "pump-3");

    assertThat(devices.getFirst().to()).hasToString("ws://localhost:8080/device?gateway=pump-3");
  }

  @ParameterizedTest
  @CsvSource({
    "--to, http://x/",
    "--to, tcp://x",
    "--to, nonsense",
    "--addresses, 3-1",
    "--addresses, 256",
    "--addresses, ''",
    "--control, a",
    "--every, soon",
    "--every, 0s",
    "--flip, 2",
    "--crc, crc32",
    "--count, -1",
    "--gateway, a b",
    "--token-file, /no/such/file"
  })
  void deviceRefusesWhatItCannotDo(String option, String value) {
    assertThat(run("device", option, value)).isEqualTo(Exit.USAGE);

    assertThat(devices).isEmpty();
    assertThat(err()).contains(option, "byssus device --help");
  }
}
