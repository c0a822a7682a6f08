package io.byssus.redis.contract;

import io.byssus.core.contract.EngineUnderTest;
import io.byssus.protocol.Durability;
import io.byssus.redis.testing.RedisDeployment;
import org.junit.jupiter.api.parallel.ResourceLock;

/** One server, whose writes nobody else has. */
@ResourceLock("standalone")
class StandaloneKeepsTheContractsTest extends KeepsTheContracts {
  private static final RedisDeployment REDIS = RedisDeployment.standalone();

  @Override
  EngineUnderTest redis() {
    return RedisUnderTest.on(REDIS.address(), Durability.ACCEPTED);
  }
}
