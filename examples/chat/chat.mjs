/**
 * A chat in the terminal, in the same rooms as the demo page: npm start -- NAME ROOM ws://HOST:PORT/ws
 * Write lines; /who lists who is here, /to NAME TEXT is for one alone, Ctrl-D leaves.
 */

import { userInfo } from 'node:os';
import { createInterface } from 'node:readline';
import { connect } from '../../console/byssus.js'; // in a project of your own: from '@byssus/client'

const [name = userInfo().username, room = 'lobby', server = 'ws://localhost:8080/ws'] = process.argv.slice(2);
const channel = `chat:${room}`;

// Node.js before 22 has no WebSocket of its own.
const WebSocket = globalThis.WebSocket ?? (await import('ws')).default;
const client = connect(server, { token: process.env.TOKEN, attributes: { name }, WebSocket });

// Hearing.

client.on('connected', ({ node, resumed }) => note(`${resumed ? 'back' : `${name} is in ${room}`}, on node ${node}`));
client.on('state', ({ state, reason, code, attempts }) => {
  if (state === 'waiting' && attempts <= 1) note(`no connection (${reason || code}), trying again; what you write waits`);
  if (state === 'closed' && code !== 4412) leave(`the server has closed this session: ${reason}`);
});
client.on('expired', () => note('away for too long: this is a new session'));

const chat = client.subscribe(channel);
chat.on('message', ({ data, from, missed }) => {
  if (from?.session !== client.session.id) print(`${plain(data?.name)}: ${plain(data?.text)}${missed ? dim(' (caught up)') : ''}`);
});
chat.on('recovery', ({ recovered, reason, missed }) => note(recovered ? `${missed} caught up, none lost` : `some messages are gone: ${reason}`));
chat.on('gap', ({ reason }) => note(`some messages are missing here: ${reason}`));
chat.on('error', ({ message }) => leave(`not let into ${room}: ${message}`));

client.inbox.on('message', ({ data }) => print(`${plain(data?.name)}, to you alone: ${plain(data?.text)}`));

// Writing.

const { stdin: input, stdout: output } = process;
const terminal = createInterface({ input, output, terminal: output.isTTY, prompt: output.isTTY ? '> ' : '' });
const underWay = new Set();

terminal.on('line', (line) => {
  if (line === '/who') ask(who());
  else if (line.startsWith('/to ')) ask(sendTo(...line.slice(4).split(/ (.*)/)));
  else if (line) ask(client.publish(channel, { name, text: line, at: Date.now() }));
  terminal.prompt();
});
// Ctrl-D: what was said is waited for, and the session is not kept.
terminal.on('close', () => Promise.all(underWay).then(() => client.end()).finally(() => process.exit()));

async function who() {
  print((await client.presence(channel)).map(({ attributes }) => plain(attributes?.name)).join(', '));
}

async function sendTo(whom, text) {
  const member = (await client.presence(channel)).find(({ attributes }) => attributes?.name === whom);
  if (!member) throw new Error(`${whom} is not here`);
  await client.send({ session: member.session }, { name, text, at: Date.now() });
}

function ask(promise) {
  const answered = promise.catch(({ message }) => note(`not done: ${message}`)).finally(() => underWay.delete(answered));
  underWay.add(answered);
}

function print(text) {
  output.write(output.isTTY ? `\r\x1b[K${text}\n` : `${text}\n`);
  terminal.prompt(true);
}

/** Others may write anything; what steers a terminal is left out. */
const plain = (text) => String(text).replace(/\p{Cc}/gu, ' ');
const dim = (text) => (output.isTTY ? `\x1b[2m${text}\x1b[22m` : text);
const note = (text) => print(dim(`· ${text}`));

function leave(why) {
  note(why);
  process.exit(1);
}
