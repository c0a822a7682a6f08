package io.byssus.transport;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The negotiation of permessage-deflate (RFC 7692 section 7.1). Both sides give up their context
 * after each message: only so can one compressed frame be sent to many, and only so does an idle
 * connection hold no window.
 */
final class DeflateOffer {
  private static final String NAME = "permessage-deflate";
  private static final String ANSWER =
      NAME + "; server_no_context_takeover; client_no_context_takeover";

  private DeflateOffer() {}

  /** The Sec-WebSocket-Extensions to answer with: for the first offer that can be accepted. */
  static Optional<String> answer(List<String> headers) {
    return headers.stream()
        .flatMap(header -> split(header, ',').stream())
        .flatMap(offer -> answer(offer).stream())
        .findFirst();
  }

  private static Optional<String> answer(String offer) {
    var parts = split(offer, ';');
    if (!parts.getFirst().equals(NAME)) {
      return Optional.empty();
    }
    var parameters = parameters(parts.subList(1, parts.size()));
    if (parameters.isEmpty() || !acceptable(parameters.get())) {
      return Optional.empty();
    }
    // The JDK's deflater always uses the largest window, so a smaller one cannot be promised.
    return Optional.of(
        parameters.get().containsKey("server_max_window_bits")
            ? ANSWER + "; server_max_window_bits=15"
            : ANSWER);
  }

  private static boolean acceptable(Map<String, String> parameters) {
    return parameters.entrySet().stream()
        .allMatch(parameter ->
            switch (parameter.getKey()) {
              case "server_no_context_takeover", "client_no_context_takeover" ->
                  parameter.getValue().isEmpty();
              case "server_max_window_bits" -> parameter.getValue().equals("15");
              case "client_max_window_bits" -> parameter.getValue().matches("|[89]|1[0-5]");
              default -> false;
            });
  }

  /** Name to value, empty for none; nothing if one comes twice. */
  private static Optional<Map<String, String>> parameters(List<String> parts) {
    var parameters = new HashMap<String, String>();
    for (var part : parts) {
      var equals = part.indexOf('=');
      var name = equals < 0 ? part : part.substring(0, equals).strip();
      var value = equals < 0 ? "" : unquoted(part.substring(equals + 1).strip());
      var broken = equals >= 0 && value.isEmpty();
      if (broken || parameters.put(name, value) != null) {
        return Optional.empty();
      }
    }
    return Optional.of(parameters);
  }

  private static String unquoted(String value) {
    return value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")
        ? value.substring(1, value.length() - 1)
        : value;
  }

  private static List<String> split(String text, char separator) {
    var parts = new ArrayList<String>();
    var quoted = false;
    var start = 0;
    for (var i = 0; i < text.length(); i++) {
      var c = text.charAt(i);
      if (quoted && c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == separator && !quoted) {
        parts.add(text.substring(start, i).strip());
        start = i + 1;
      }
    }
    parts.add(text.substring(start).strip());
    return parts;
  }
}
