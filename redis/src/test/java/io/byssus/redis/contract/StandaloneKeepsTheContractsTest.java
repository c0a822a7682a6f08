package io.byssus.redis.contract;

import io.byssus.core.contract.BrokerContract;
import io.byssus.core.contract.EngineUnderTest;
import io.byssus.core.contract.InboxStoreContract;
import io.byssus.core.contract.PresenceStoreContract;
import io.byssus.core.contract.SessionDirectoryContract;
import io.byssus.core.contract.SessionStoreContract;
import io.byssus.protocol.Durability;
import io.byssus.redis.RedisAddress;
import java.util.List;
import org.junit.jupiter.api.Nested;

class StandaloneKeepsTheContractsTest {
  private static EngineUnderTest redis() {
    return RedisUnderTest.on(
        new RedisAddress(
            RedisAddress.Kind.STANDALONE,
            List.of(new RedisAddress.Host("127.0.0.1", 7401)),
            "",
            0,
            false,
            "",
            ""),
        Durability.ACCEPTED);
  }

  @Nested
  class Sessions extends SessionStoreContract {
    @Override
    protected EngineUnderTest start() {
      return redis();
    }
  }

  @Nested
  class Channels extends BrokerContract {
    @Override
    protected EngineUnderTest start() {
      return redis();
    }
  }

  @Nested
  class Inboxes extends InboxStoreContract {
    @Override
    protected EngineUnderTest start() {
      return redis();
    }
  }

  @Nested
  class Directory extends SessionDirectoryContract {
    @Override
    protected EngineUnderTest start() {
      return redis();
    }
  }

  @Nested
  class Presence extends PresenceStoreContract {
    @Override
    protected EngineUnderTest start() {
      return redis();
    }
  }
}
