/**
 * A plug to pull. The SDK is given `plug.WebSocket` instead of the browser's: while the plug is
 * pulled, sockets break as those of a cut cable do, and none opens.
 */

const CUT = { code: 1006, reason: 'the plug was pulled' };

let socket = null; // the newest: a client has one at a time

export const plug = {
  pulled: false,

  pull() {
    plug.pulled = true;
    socket?.onclose?.(CUT);
  },

  putIn() {
    plug.pulled = false;
  },

  /** With `new`, what a function returns is the object. */
  WebSocket: function (url, protocol) {
    socket = plug.pulled ? new DeadSocket() : new WebSocket(url, protocol);
    return socket;
  },
};

class DeadSocket {
  constructor() {
    queueMicrotask(() => this.onclose?.(CUT));
  }

  send() {}

  close() {}
}
