package io.byssus.core.memory;

import io.byssus.core.contract.EngineUnderTest;
import io.byssus.core.contract.SessionDirectoryContract;

class MemoryDirectoryTest extends SessionDirectoryContract {
  @Override
  protected EngineUnderTest start() {
    return new MemoryEngineUnderTest();
  }
}
