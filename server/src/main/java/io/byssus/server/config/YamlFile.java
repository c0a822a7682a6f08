package io.byssus.server.config;

import io.byssus.server.config.RawValue.Origin;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Reads a YAML file into flat keys. Values stay the text that was written: {@code off} is no
 * boolean and {@code 1_000} no number here, so that the file and the environment mean the same by
 * the same letters.
 */
final class YamlFile {
  private static final int BYTES_MAX = 1 << 20;
  private static final int DEPTH_MAX = 10;
  private static final int ALIASES_MAX = 20;

  private final String name;
  private final List<Problem> problems;
  private final List<RawValue> found = new ArrayList<>();
  private final Map<String, Integer> lines = new HashMap<>();

  private YamlFile(String name, List<Problem> problems) {
    this.name = name;
    this.problems = problems;
  }

  /** What {@code file} sets, in its order. What cannot be read is added to {@code problems}. */
  static List<RawValue> read(Path file, List<Problem> problems) {
    var reader = new YamlFile(String.valueOf(file.getFileName()), problems);
    text(file, problems).ifPresent(reader::parse);
    return reader.found;
  }

  private static Optional<String> text(Path file, List<Problem> problems) {
    String message;
    try {
      if (Files.size(file) <= BYTES_MAX) {
        return Optional.of(Files.readString(file));
      }
      message = "the file is longer than " + new ByteSize(BYTES_MAX);
    } catch (NoSuchFileException e) {
      message = "there is no such file";
    } catch (AccessDeniedException e) {
      message = "this user may not read the file";
    } catch (CharacterCodingException e) {
      message = "the file is not UTF-8 text";
    } catch (IOException e) {
      message = "the file cannot be read";
    }
    problems.add(new Problem(file.toString(), "", message));
    return Optional.empty();
  }

  private void parse(String text) {
    var options = new LoaderOptions();
    options.setNestingDepthLimit(DEPTH_MAX);
    options.setMaxAliasesForCollections(ALIASES_MAX);
    try {
      var root = new Yaml(options).compose(new StringReader(text));
      if (root != null) {
        read("", root, 0);
      }
    } catch (MarkedYAMLException e) {
      var mark = e.getProblemMark();
      var where = mark == null ? "" : "line " + (mark.getLine() + 1);
      problems.add(new Problem(name, where, "this is not YAML: " + e.getProblem()));
    } catch (YAMLException e) {
      problems.add(new Problem(name, "", "this is not YAML, or it is nested too deeply"));
    }
  }

  private void read(String path, Node node, int depth) {
    switch (node) {
      case MappingNode mapping when depth < DEPTH_MAX -> keys(path, mapping, depth);
      case SequenceNode sequence when !path.isEmpty() -> list(path, sequence);
      case ScalarNode scalar when !path.isEmpty() ->
          found.add(given(path, scalar, scalar.getValue(), false));
      default -> problem(path, node, "expected keys with values");
    }
  }

  private void keys(String path, MappingNode mapping, int depth) {
    for (var pair : mapping.getValue()) {
      if (pair.getKeyNode() instanceof ScalarNode key && !key.getValue().isEmpty()) {
        var below = path.isEmpty() ? key.getValue() : path + "." + key.getValue();
        var before = lines.putIfAbsent(below, line(key));
        if (before == null) {
          read(below, pair.getValueNode(), depth + 1);
        } else {
          problem(below, key, "duplicate key, first set on line " + before);
        }
      } else {
        problem(path, pair.getKeyNode(), "keys must be plain text");
      }
    }
  }

  private void list(String path, SequenceNode sequence) {
    var items = new ArrayList<String>();
    for (var item : sequence.getValue()) {
      if (item instanceof ScalarNode scalar && !scalar.getValue().contains(",")) {
        items.add(scalar.getValue());
      } else {
        problem(path, item, "list items must be plain text without commas");
      }
    }
    found.add(given(path, sequence, String.join(",", items), true));
  }

  private RawValue given(String path, Node node, String text, boolean list) {
    return new RawValue(path, text, list, Origin.FILE, name + " line " + line(node));
  }

  private void problem(String path, Node node, String message) {
    problems.add(new Problem(path.isEmpty() ? name : path, name + " line " + line(node), message));
  }

  private static int line(Node node) {
    return node.getStartMark().getLine() + 1;
  }
}
