import type { GapReason } from './protocol.js';
import { Events, guarded, uncaught } from './events.js';

type Consumer<T> = (message: T) => unknown;

export interface StreamEvents<T> {
  /** A message. While the promise that a listener returns is not settled, the next one waits. */
  message: T;
  /** Something is missing here, and why. */
  gap: { readonly reason: GapReason };
}

/**
 * An ordered line of messages to the program: each is handled before the next one is given out,
 * and what else is to be told keeps its place between them. Messages are consumed by listeners and
 * by `for await`; with several consumers, each gets every message.
 *
 * The line is bounded. Beyond the bound the newest are left out until it is empty again, and a
 * `gap` with reason `overflow` tells so in their place.
 */
export abstract class MessageStream<T, E extends StreamEvents<T>> extends Events<E> implements AsyncIterable<T> {
  readonly #queue: (() => Promise<unknown> | void)[] = [];
  readonly #consumers = new Set<Consumer<T>>();
  readonly #endings = new Set<(error?: Error) => void>();
  readonly #max: number;
  #busy = false;
  #leavingOut = false;
  #ended = false;

  constructor(max: number) {
    super();
    this.#max = max;
  }

  override on<K extends keyof E>(type: K, listener: (event: E[K]) => unknown): () => void {
    return type === 'message' ? this.#consume(listener as never) : super.on(type, listener);
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    // The line gives out one message at a time, so at most one is ready here.
    let ready: { message: T; done: () => void } | null = null;
    let working: (() => void) | null = null;
    let asking: { give: (result: IteratorResult<T, undefined>) => void; fail: (error: Error) => void } | null = null;
    let end: { error?: Error } | null = this.#ended ? {} : null;

    const take = (message: T, done: () => void): IteratorResult<T, undefined> => {
      working = done;
      return { value: message, done: false };
    };
    const finished = { value: undefined, done: true } as const;
    const stop = () => {
      off();
      this.#endings.delete(ending);
      working?.();
      ready?.done();
      working = ready = null;
    };
    const ending = (error?: Error) => {
      end = { error };
      if (error) asking?.fail(error);
      else asking?.give(finished);
      asking = null;
    };
    const off = this.#consume(
      (message) =>
        new Promise<void>((done) => {
          if (asking) asking.give(take(message, done));
          else ready = { message, done };
          asking = null;
        }),
    );
    this.#endings.add(ending);
    return {
      next: () =>
        new Promise((give, fail) => {
          // Who asks for the next one has handled the one before.
          working?.();
          working = null;
          if (ready) {
            const { message, done } = ready;
            ready = null;
            give(take(message, done));
          } else if (end) {
            stop();
            if (end.error) fail(end.error);
            else give(finished);
          } else {
            asking = { give, fail };
          }
        }),
      return: () => {
        stop();
        return Promise.resolve(finished);
      },
    };
  }

  /** @internal A message at the end of the line; `handled` is called when all consumers are done with it. */
  offer(message: T, handled: () => void): void {
    if (this.#queue.length >= this.#max) this.#leaveOut();
    if (this.#leavingOut) return;
    this.#queue.push(() => this.#give(message, handled));
    this.#run();
  }

  /** @internal Something else to be told, when all messages before it have been handled. */
  tell<K extends keyof E>(type: K, event: E[K]): void {
    this.then(() => this.emit(type, event));
  }

  /** @internal Something to be done when all messages before it have been handled. */
  protected then(action: () => void): void {
    this.#queue.push(action);
    this.#run();
  }

  /** @internal Nothing more will come; iterations end, or fail. */
  finish(error?: Error): void {
    this.then(() => {
      this.#ended = true;
      for (const ending of [...this.#endings]) ending(error);
    });
  }

  /** Whether messages stay in the line while nobody consumes them. */
  protected waitsForConsumers(): boolean {
    return false;
  }

  #leaveOut(): void {
    if (this.#leavingOut) return;
    this.#leavingOut = true;
    this.#queue.push(() => {
      this.#leavingOut = false;
      this.emit('gap', { reason: 'overflow' } as E['gap']);
    });
  }

  #consume(consumer: Consumer<T>): () => void {
    const own: Consumer<T> = (message) => consumer(message); // the same function twice is two consumers
    this.#consumers.add(own);
    // Not at once: an iterator that is being made is not ready for a message yet.
    queueMicrotask(() => this.#run());
    return () => void this.#consumers.delete(own);
  }

  /** Not entered again from within a consumer: what that one causes comes after it. */
  #run(): void {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#queue.length > 0 && (this.#consumers.size > 0 || !this.waitsForConsumers())) {
      const doing = this.#queue.shift()!();
      if (!doing) continue;
      doing.then(() => {
        this.#busy = false;
        this.#run();
      });
      return;
    }
    this.#busy = false;
  }

  #give(message: T, handled: () => void): Promise<unknown> | void {
    const promises: Promise<unknown>[] = [];
    for (const consumer of [...this.#consumers]) {
      const result = guarded(() => consumer(message));
      if (result instanceof Promise) promises.push(result.catch(uncaught));
    }
    if (promises.length > 0) return Promise.all(promises).then(handled);
    handled();
  }
}
