/**
 * Real nodes, each a process of its own, and a link to one that can be cut. What starts a node comes
 * in the environment: TEST_NODE is a JSON array, the command without port and name; TEST_REDIS
 * the address of a Redis.
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { connect } from '../dist/index.js';

const { TEST_NODE, TEST_REDIS } = process.env;
assert.ok(TEST_NODE && TEST_REDIS, 'these tests are started by TypeScriptSdkTest of the module tests');

export const engine = ['--engine', TEST_REDIS];
/** Short, so that a dead server is found while somebody watches. */
export const quick = ['--set', 'heartbeat.interval=2s', '--set', 'heartbeat.timeout=1s'];

const started = new Set();
process.on('exit', () => started.forEach(({ child }) => child.kill('SIGKILL')));

export class Server {
  static async start(name, ...more) {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address();
    probe.close();
    const server = new Server();
    Object.assign(server, { name, port, more });
    await server.again();
    return server;
  }

  get url() {
    return `ws://127.0.0.1:${this.port}/ws`;
  }

  async again() {
    const [program, ...command] = JSON.parse(TEST_NODE);
    const places = ['--host', '127.0.0.1', '--port', String(this.port), '--node', this.name];
    this.child = spawn(program, [...command, ...places, ...this.more], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.said = '';
    for (const stream of [this.child.stdout, this.child.stderr]) stream.on('data', (text) => (this.said += text));
    started.add(this);
    await eventually(() => this.ready(), `${this.name} is ready`, () => this.said);
  }

  async ready() {
    assert.equal(this.child.exitCode, null, `${this.name} has ended:\n${this.said}`);
    const answer = await fetch(`http://127.0.0.1:${this.port}/health/ready`).catch(() => null);
    return answer?.ok;
  }

  signal(name) {
    this.child.kill(name);
  }

  async kill(name = 'SIGKILL') {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill(name);
    await ended;
  }
}

/** Everything between a client and a node: what it carries can be cut, or just stops arriving. */
export class Link {
  connections = new Set();
  accepted = 0;
  silent = false;
  /** Whether the client hears nothing of what the node says. */
  deaf = false;

  static async to(server) {
    const link = new Link();
    link.server = server; // where the next connection leads, as behind a load balancer
    link.listener = createServer((near) => {
      link.accepted++;
      const far = createConnection(link.server.port, '127.0.0.1');
      for (const [from, to] of [[near, far], [far, near]]) {
        from.on('data', (bytes) => link.silent || (link.deaf && from === far) || to.write(bytes));
        from.on('close', () => to.destroy());
        from.on('error', () => {});
        link.connections.add(from);
      }
    }).listen(0, '127.0.0.1');
    await once(link.listener, 'listening');
    return link;
  }

  get url() {
    return `ws://127.0.0.1:${this.listener.address().port}/ws`;
  }

  cut() {
    for (const socket of this.connections) socket.destroy();
    this.connections.clear();
  }

  close() {
    this.cut();
    this.listener.close();
  }
}

const clients = [];

export function client(url, options = {}) {
  const made = connect(url, { WebSocket, ...options });
  clients.push(made);
  return made;
}

/** To be called after each test. */
export function closeClients() {
  for (const made of clients.splice(0)) made.close();
}

export async function eventually(condition, what, more = () => '') {
  const until = Date.now() + 60_000;
  while (!(await condition())) {
    assert.ok(Date.now() < until, `not within a minute: ${what}\n${more()}`);
    await sleep(20);
  }
}

/** Resolves with the next event of that type. */
export const next = (source, type, wanted = () => true) =>
  new Promise((resolve) => {
    const off = source.on(type, (event) => {
      if (!wanted(event)) return;
      off();
      resolve(event);
    });
  });

export const inState = (it, state) => (it.state === state ? Promise.resolve() : next(it, 'state', (event) => event.state === state));
