package io.byssus.redis.contract;

import io.byssus.core.contract.BrokerContract;
import io.byssus.core.contract.ClusterBusContract;
import io.byssus.core.contract.EngineUnderTest;
import io.byssus.core.contract.InboxStoreContract;
import io.byssus.core.contract.PresenceStoreContract;
import io.byssus.core.contract.SessionDirectoryContract;
import io.byssus.core.contract.SessionStoreContract;
import org.junit.jupiter.api.Nested;

/** All contracts of an engine, for one way to run a Redis. */
abstract class KeepsTheContracts {
  abstract EngineUnderTest redis();

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

  @Nested
  class Bus extends ClusterBusContract {
    @Override
    protected EngineUnderTest start() {
      return redis();
    }
  }
}
