import type { Command, Connection } from './connection.js';
import { ByssusError, LOST } from './errors.js';
import type { ServerMessage } from './protocol.js';

interface Call {
  readonly command: Command | null;
  resolve(reply?: ServerMessage): void;
  reject(error: ByssusError): void;
}

/** Commands that may be sent twice without harm: they wait for a connection, and are sent again when it is lost. */
export class RepeatableCalls {
  readonly #calls = new Set<Call>();
  #connection: Connection | null = null;

  /**
   * @param command `null`: nothing is sent, a connection is all that is waited for
   * @param timeoutMs 0: for as long as it takes
   */
  call(command: Command | null, timeoutMs: number): Promise<ServerMessage | undefined> {
    return new Promise((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const settled = () => {
        clearTimeout(timer);
        this.#calls.delete(call);
      };
      const call: Call = {
        command,
        resolve: (reply) => (settled(), resolve(reply)),
        reject: (error) => (settled(), reject(error)),
      };
      if (timeoutMs) {
        timer = setTimeout(() => call.reject(new ByssusError('timeout', `no answer within ${timeoutMs} ms`, true)), timeoutMs);
      }
      this.#calls.add(call);
      this.#send(call);
    });
  }

  connected(connection: Connection): void {
    this.#connection = connection;
    for (const call of [...this.#calls]) this.#send(call);
  }

  cut(): void {
    this.#connection = null;
  }

  close(error: ByssusError): void {
    for (const call of [...this.#calls]) call.reject(error);
  }

  #send(call: Call): void {
    if (!this.#connection) return;
    if (!call.command) {
      call.resolve();
      return;
    }
    this.#connection.ask(call.command).then(call.resolve, (error: ByssusError) => {
      if (error !== LOST) call.reject(error);
    });
  }
}
