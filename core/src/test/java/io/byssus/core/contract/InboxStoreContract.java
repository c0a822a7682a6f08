package io.byssus.core.contract;

import org.junit.jupiter.api.Nested;

/**
 * What {@link io.byssus.core.delivery.InboxStore} promises; that it is fenced and expires is told
 * with the sessions.
 */
public abstract class InboxStoreContract {
  protected abstract EngineUnderTest start();

  @Nested
  class Messages extends InboxMessages {
    @Override
    protected EngineUnderTest start() {
      return InboxStoreContract.this.start();
    }
  }

  @Nested
  class Bounds extends InboxBounds {
    @Override
    protected EngineUnderTest start() {
      return InboxStoreContract.this.start();
    }
  }

  @Nested
  class Dedupe extends InboxDedupe {
    @Override
    protected EngineUnderTest start() {
      return InboxStoreContract.this.start();
    }
  }

  @Nested
  class Waking extends InboxWaking {
    @Override
    protected EngineUnderTest start() {
      return InboxStoreContract.this.start();
    }
  }
}
