package io.byssus.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 7692 section 7.1. */
class DeflateOfferTest {
  private static final String ANSWER =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "permessage-deflate",
        "permessage-deflate; client_max_window_bits",
        "permessage-deflate;client_max_window_bits=10",
        "permessage-deflate; client_max_window_bits=\"15\"",
        "permessage-deflate ; server_no_context_takeover ; client_no_context_takeover",
        "x-webkit-deflate-frame, permessage-deflate",
        "foo; x=\"a, permessage-deflate; server_max_window_bits=9\", permessage-deflate",
        "permessage-deflate; server_max_window_bits=10, permessage-deflate",
        "permessage-deflate; unknown, permessage-deflate; client_max_window_bits"
      })
  void isAccepted(String offer) {
    assertThat(DeflateOffer.answer(List.of(offer))).hasValue(ANSWER);
  }

  @Test
  void isAcceptedWithTheLargestWindowAlone() {
    assertThat(DeflateOffer.answer(List.of("permessage-deflate; server_max_window_bits=15")))
        .hasValue(ANSWER + "; server_max_window_bits=15");
  }

  @Test
  void mayStandInAnyOfSeveralHeaders() {
    assertThat(DeflateOffer.answer(List.of("foo", "bar, permessage-deflate"))).hasValue(ANSWER);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",",
        ";",
        "foo",
        "permessage-deflat",
        "permessage-deflate2",
        "Permessage-Deflate",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=8",
        "permessage-deflate; server_max_window_bits=14",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_max_window_bits=015",
        "permessage-deflate; server_max_window_bits=15; server_max_window_bits=15",
        "permessage-deflate; client_max_window_bits=7",
        "permessage-deflate; client_max_window_bits=16",
        "permessage-deflate; client_max_window_bits=",
        "permessage-deflate; client_max_window_bits=\"\"",
        "permessage-deflate; client_max_window_bits=x",
        "permessage-deflate; client_no_context_takeover=1",
        "permessage-deflate; server_no_context_takeover=true",
        "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
        "permessage-deflate; unknown",
        "permessage-deflate;",
        "permessage-deflate; =1",
        "\"permessage-deflate\"",
        "foo; x=\"permessage-deflate, permessage-deflate"
      })
  void isDeclined(String offer) {
    assertThat(DeflateOffer.answer(List.of(offer))).isEmpty();
  }
}
