package io.byssus.api;

import io.byssus.core.operations.Right;
import java.util.List;

/**
 * What is served at one path, by one method.
 *
 * @param segments of the path; one in braces stands for any
 * @param rights what a key needs, one of them; none: it is open to all who reach the listener
 */
record Endpoint(String method, List<String> segments, List<Right> rights, Serving serving) {
  /** Answers a request. On a thread of the listener: must not wait. */
  @FunctionalInterface
  interface Serving {
    void serve(Exchange exchange);
  }

  static Endpoint of(String method, String path, Right right, Serving serving) {
    return new Endpoint(method, Paths.split(path), List.of(right), serving);
  }

  /** Each operation in it is looked at by itself. */
  static Endpoint batch(String path, Serving serving) {
    return new Endpoint("POST", Paths.split(path), List.of(Right.PUBLISH, Right.SEND), serving);
  }

  static Endpoint open(String path, Serving serving) {
    return new Endpoint("GET", Paths.split(path), List.of(), serving);
  }

  static boolean isName(String segment) {
    return segment.startsWith("{");
  }

  boolean isAt(List<String> path) {
    if (path.size() != segments.size()) {
      return false;
    }
    for (var i = 0; i < path.size(); i++) {
      if (!isName(segments.get(i)) && !segments.get(i).equals(path.get(i))) {
        return false;
      }
    }
    return true;
  }
}
