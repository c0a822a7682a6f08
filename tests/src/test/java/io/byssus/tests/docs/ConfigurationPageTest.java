package io.byssus.tests.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.server.config.ConfigDoc;
import io.byssus.server.settings.Config;
import org.junit.jupiter.api.Test;

class ConfigurationPageTest {
  @Test
  void pageOfAllKeysIsWhatTheProgramPrints() {
    assertThat(new Repository().page("docs/operations/configuration.md").text())
        .as("./byssus config-doc --markdown > docs/operations/configuration.md")
        .isEqualTo(ConfigDoc.markdown(Config.DEFINITION));
  }
}
