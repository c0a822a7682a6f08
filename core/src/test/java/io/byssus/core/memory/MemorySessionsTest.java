package io.byssus.core.memory;

import io.byssus.core.contract.EngineUnderTest;
import io.byssus.core.contract.SessionStoreContract;

class MemorySessionsTest extends SessionStoreContract {
  @Override
  protected EngineUnderTest start() {
    return new MemoryEngineUnderTest();
  }
}
