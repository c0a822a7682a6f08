package io.byssus.core.memory;

import io.byssus.core.contract.ClusterBusContract;
import io.byssus.core.contract.EngineUnderTest;

class MemoryBusTest extends ClusterBusContract {
  @Override
  protected EngineUnderTest start() {
    return new MemoryEngineUnderTest();
  }
}
