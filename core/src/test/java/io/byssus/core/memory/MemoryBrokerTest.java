package io.byssus.core.memory;

import io.byssus.core.contract.BrokerContract;
import io.byssus.core.contract.EngineUnderTest;

class MemoryBrokerTest extends BrokerContract {
  @Override
  protected EngineUnderTest start() {
    return new MemoryEngineUnderTest();
  }
}
