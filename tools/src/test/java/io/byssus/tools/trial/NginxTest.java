package io.byssus.tools.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class NginxTest {
  @Test
  void exampleOfTheOperatorsIsFilledWithOtherPorts() throws Exception {
    var template = Nginx.template();
    var filled = Nginx.filled(template, 9, List.of(1, 2, 3, 4));
    assertThat(filled)
        .contains(
            """
                server 127.0.0.1:1 max_fails=0;
                server 127.0.0.1:2 max_fails=0;
                server 127.0.0.1:3 max_fails=0;
                server 127.0.0.1:4 max_fails=0;
            }
            """,
            "    listen 127.0.0.1:9;\n")
        .doesNotContain("808");
    assertThat(Nginx.filled(template, 8080, List.of(8081, 8082, 8083))).isEqualTo(template);
  }

  @Test
  void templateWithoutItsPlacesIsADefect() {
    assertThatThrownBy(() -> Nginx.filled("server {\n}\n", 9, List.of(1)))
        .isInstanceOf(IllegalStateException.class);
  }
}
