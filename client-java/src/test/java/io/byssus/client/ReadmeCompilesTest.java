package io.byssus.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page for newcomers, against the classes as they are. */
class ReadmeCompilesTest {
  /** What the fragments of the page take for granted. */
  private static final String AROUND =
      """
      import io.byssus.client.*;
      import io.byssus.protocol.*;
      import java.net.URI;
      import java.nio.file.Path;
      import java.time.Duration;
      import java.util.concurrent.*;

      abstract class Around {
        record Order(int number, String what) {}

        static class JacksonCodec implements DataCodec {
          JacksonCodec(Object mapper) {}
          public String toJson(Object value) { return ""; }
          public <T> T fromJson(String json, Class<T> type) { throw new IllegalStateException(); }
        }

        URI uri;
        Object mapper;
        Flow.Subscriber<Message> flowSubscriber;
        String json;
        abstract void draw(String json);
        abstract Void answer(int status);
        abstract void reloadAll();
        abstract void cook(Order order);
        abstract CompletionStage<String> fetchToken(boolean refused);

      """;

  @TempDir Path folder;

  @Test
  void theSmallProgramCompilesOnJava17() throws IOException {
    assertThat(compile("Hello", blocks().getFirst())).isEmpty();
  }

  @Test
  void theFragmentsCompileToo() throws IOException {
    var fragments = blocks().subList(1, blocks().size());
    assertThat(fragments).hasSizeGreaterThan(3);
    var program = new StringBuilder(AROUND);
    for (int i = 0; i < fragments.size(); i++) {
      var needs = fragments.get(i).contains("var client") ? "" : "Client client";
      program.append("void fragment%d(%s) {\n%s}\n".formatted(i, needs, fragments.get(i)));
    }
    assertThat(compile("Around", program + "}")).isEmpty();
  }

  private static List<String> blocks() throws IOException {
    var readme = Files.readString(Path.of("README.md"));
    return List.of(readme.split("```java\n")).stream()
        .skip(1)
        .map(block -> block.substring(0, block.indexOf("```")))
        .toList();
  }

  /** Returns what the compiler complains about. */
  private List<String> compile(String name, String text) {
    var source =
        new SimpleJavaFileObject(
            URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
          }
        };
    var complaints = new DiagnosticCollector<JavaFileObject>();
    var options =
        List.of(
            "--release",
            "17",
            "-d",
            folder.toString(),
            "-cp",
            System.getProperty("java.class.path"));
    var done =
        ToolProvider.getSystemJavaCompiler()
            .getTask(null, null, complaints, options, null, List.of(source))
            .call();
    return done ? List.of() : complaints.getDiagnostics().stream().map(Object::toString).toList();
  }
}
