package io.byssus.core.session;

import io.byssus.core.Limits;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Whether a session may carry these attributes and tags. */
public record SessionBounds(ErrorCode code, String message) {
  /**
   * @param mayTag whether whoever asks for it may choose tags; operators may
   * @return why not, empty when it may
   */
  public static Optional<SessionBounds> refusal(
      Limits limits, boolean mayTag, Map<String, Json> attributes, Optional<Set<String>> tags) {
    if (attributes.size() > limits.attributes()) {
      return refuse(ErrorCode.TOO_MANY_ATTRIBUTES, "at most " + limits.attributes());
    }
    long bytes = 0;
    for (var attribute : attributes.entrySet()) {
      bytes += bytes(attribute.getKey()) + attribute.getValue().bytes();
    }
    if (bytes > limits.attributeBytes()) {
      return refuse(ErrorCode.TOO_MANY_ATTRIBUTES, limits.attributeBytes() + " bytes together");
    }
    return tags.flatMap(given -> refusal(limits, mayTag, given));
  }

  private static Optional<SessionBounds> refusal(Limits limits, boolean mayTag, Set<String> tags) {
    if (!tags.isEmpty() && !mayTag) {
      return refuse(ErrorCode.FORBIDDEN, "clients may not choose their tags here");
    }
    if (tags.size() > limits.tags()) {
      return refuse(ErrorCode.TOO_MANY_TAGS, "at most " + limits.tags());
    }
    if (tags.stream().anyMatch(tag -> tag.isEmpty() || bytes(tag) > limits.tagBytes())) {
      return refuse(ErrorCode.TOO_MANY_TAGS, "1 to " + limits.tagBytes() + " bytes each");
    }
    return Optional.empty();
  }

  private static Optional<SessionBounds> refuse(ErrorCode code, String message) {
    return Optional.of(new SessionBounds(code, message));
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
