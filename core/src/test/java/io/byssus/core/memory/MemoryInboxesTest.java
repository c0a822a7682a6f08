package io.byssus.core.memory;

import io.byssus.core.contract.EngineUnderTest;
import io.byssus.core.contract.InboxStoreContract;

class MemoryInboxesTest extends InboxStoreContract {
  @Override
  protected EngineUnderTest start() {
    return new MemoryEngineUnderTest();
  }
}
