package io.byssus.core.memory;

import io.byssus.core.contract.EngineUnderTest;
import io.byssus.core.contract.PresenceStoreContract;

class MemoryPresenceTest extends PresenceStoreContract {
  @Override
  protected EngineUnderTest start() {
    return new MemoryEngineUnderTest();
  }
}
