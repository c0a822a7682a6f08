package io.byssus.api;

import io.byssus.protocol.Refused;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What takes its time, each on a virtual thread of its own; all can be ended. From any thread. */
final class Streams {
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private volatile boolean over;

  /** What a stream does; may wait. */
  @FunctionalInterface
  interface Stream {
    void run() throws Exception;
  }

  void run(Exchange exchange, Stream stream) {
    var thread =
        Thread.ofVirtual()
            .name("byssus-api-stream")
            .unstarted(() -> {
              try {
                stream.run();
              } catch (Refused refused) {
                exchange.refuse(new Refusal(refused.code(), refused.words()));
              } catch (Throwable e) { // whatever it is: the caller must not wait for ever
                exchange.done().failed(e);
              } finally {
                threads.remove(Thread.currentThread());
              }
            });
    threads.add(thread);
    thread.start();
    if (over) {
      thread.interrupt();
    }
  }

  boolean over() {
    return over;
  }

  /** Interrupts what still runs. */
  void end() {
    over = true;
    threads.forEach(Thread::interrupt);
  }
}
