/** spec/vectors: what the client reads is read as written there; what it says is among what may be said. */

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { inside } from './inside.mjs';
import { client, Socket, turn } from './scripted.mjs';

const { decode } = await inside('protocol');
const folder = new URL('../../spec/vectors/', import.meta.url);
const vectors = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .flatMap((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')).vectors.map((vector) => ({ file: name, ...vector })));
const of = (direction, what) => vectors.filter((vector) => vector.direction === direction && what in vector);

const empty = (value) => value === null || value === '' || value === 0 || value === false || (typeof value === 'object' && Object.keys(value).length === 0);

/** All that is written out in `wanted` is in `found`; what is empty may be left out there. */
function includes(found, wanted, path) {
  if (typeof wanted !== 'object' || wanted === null || path.endsWith('.data')) assert.deepEqual(found, wanted, path);
  else for (const [name, value] of Object.entries(wanted)) {
    if (name in Object(found) || !empty(value)) includes(found?.[name], value, `${path}.${name}`);
  }
}

test('there are vectors of both kinds', () => {
  assert.ok(of('server', 'decoded').length >= 50, 'server messages');
  assert.ok(of('server', 'error').length >= 8, 'bad server messages');
  assert.ok(of('client', 'decoded').length >= 40, 'commands');
});

for (const { file, name, json, decoded } of of('server', 'decoded')) {
  test(`${file}: ${name}`, () => {
    const message = decode(json);
    const { upperCase, ...wanted } = decoded;
    // These words are shown as they were said; what they mean at least is in the vector.
    for (const word of ['reason', 'code']) if (typeof message[word] === 'string') delete wanted[word];
    if (upperCase !== undefined) wanted.type = upperCase ? 'PONG' : 'pong';
    includes(message, wanted, decoded.type);
  });
}

for (const { file, name, json, error } of of('server', 'error')) {
  test(`${file}: ${name}`, () => {
    if (error.code === 'unknown_type') assert.equal(decode(json), null);
    else assert.throws(() => decode(json), SyntaxError);
  });
}

// Each command that the SDK has a method for, said through it.

const SAY = {
  publish: (it, { channel, data, dedupe, durability }) => it.publish(channel, data, { dedupe, durability }),
  send: (it, { to, data, dedupe }) => it.send(to, data, { dedupe }),
  subscribe: (it, { channel, position }) => void it.subscribe(channel, { position: position ?? undefined }),
  set: (it, { attributes, tags }) => it.session.set({ attributes, tags: tags ?? undefined }),
  get: (it) => it.session.refresh(),
  presence: (it, { channel }) => it.presence(channel),
  history: (it, { channel, after, limit }) => it.history(channel, { after: after ?? undefined, limit }),
};

for (const { file, name, decoded } of of('client', 'decoded').filter(({ decoded }) => decoded.type in SAY)) {
  test(`${file}: ${name}: can be said`, async () => {
    const it = client();
    await Socket.latest.welcomes();
    SAY[decoded.type](it, decoded)?.catch(() => {});
    await turn();
    const { id, ...said } = Socket.latest.said.at(-1);
    assert.ok(id > 0);
    const { id: _, ...wanted } = decoded;
    if (wanted.durability === 'accepted') delete wanted.durability;
    includes(JSON.parse(JSON.stringify(said)), wanted, decoded.type);
  });
}
