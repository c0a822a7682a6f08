package io.byssus.core.contract;

import org.junit.jupiter.api.Nested;

/** What {@link io.byssus.core.session.SessionStore} promises. */
public abstract class SessionStoreContract {
  protected abstract EngineUnderTest start();

  @Nested
  class Claims extends SessionClaims {
    @Override
    protected EngineUnderTest start() {
      return SessionStoreContract.this.start();
    }
  }

  @Nested
  class Parts extends SessionParts {
    @Override
    protected EngineUnderTest start() {
      return SessionStoreContract.this.start();
    }
  }

  @Nested
  class Fencing extends SessionFencing {
    @Override
    protected EngineUnderTest start() {
      return SessionStoreContract.this.start();
    }
  }

  @Nested
  class Expiry extends SessionExpiry {
    @Override
    protected EngineUnderTest start() {
      return SessionStoreContract.this.start();
    }
  }

  @Nested
  class Restoring extends SessionRestoring {
    @Override
    protected EngineUnderTest start() {
      return SessionStoreContract.this.start();
    }
  }

  @Nested
  class Removal extends SessionRemoval {
    @Override
    protected EngineUnderTest start() {
      return SessionStoreContract.this.start();
    }
  }

  @Nested
  class Abandon extends SessionAbandon {
    @Override
    protected EngineUnderTest start() {
      return SessionStoreContract.this.start();
    }
  }

  @Nested
  class ForOthers extends SessionsForOthers {
    @Override
    protected EngineUnderTest start() {
      return SessionStoreContract.this.start();
    }
  }
}
