/** Measures this machine twice a second and publishes what it finds, whatever happens to the connection. */

import { cpus, freemem, totalmem } from 'node:os';
import { connect } from '../../console/byssus.js'; // in a project of your own: from '@byssus/client'

const CHANNEL = 'dashboard';
const EVERY_MS = 500;

export async function startProducer(url, token) {
  // Node.js before 22 has no WebSocket of its own.
  const WebSocket = globalThis.WebSocket ?? (await import('ws')).default;
  const client = connect(url, { token, attributes: { name: 'producer' }, WebSocket });
  client.on('state', ({ state, reason, code }) => {
    if (state === 'waiting') console.log(`no connection (${reason || code}); what is measured waits`);
    if (state === 'closed') console.log(`the server has closed the session: ${reason}`);
  });
  client.on('connected', ({ node }) => console.log(`publishing, on node ${node}`));

  const run = Date.now();
  let number = 0;
  let answerMs; // the longest that a publication has waited for its answer, since the last point
  let before = cpuTimes();

  setInterval(async () => {
    const now = cpuTimes();
    const cpu = 100 * (1 - (now.idle - before.idle) / (now.all - before.all || 1));
    before = now;
    const point = { run, number: ++number, at: Date.now(), cpu, memory: 100 * (1 - freemem() / totalmem()), answerMs };
    answerMs = undefined;
    const from = performance.now();
    try {
      // Without a connection this waits; after a resume it is said again, and stored once.
      await client.publish(CHANNEL, point);
      answerMs = Math.max(answerMs ?? 0, performance.now() - from);
    } catch ({ message }) {
      console.log(`point ${point.number} was not published: ${message}`);
    }
  }, EVERY_MS);
}

function cpuTimes() {
  const times = cpus().map((cpu) => cpu.times);
  const sum = (of) => times.reduce((total, each) => total + of(each), 0);
  return { idle: sum(({ idle }) => idle), all: sum(({ user, nice, sys, idle, irq }) => user + nice + sys + idle + irq) };
}
