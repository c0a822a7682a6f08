package io.byssus.tests.bench;

import java.util.List;

/**
 * How a connection begins.
 *
 * @param texts what the client says first; the server answers each with one text
 */
record Opening(String path, List<String> texts) {
  Opening {
    texts = List.copyOf(texts);
  }

  static Opening bare(String path) {
    return new Opening(path, List.of());
  }
}
