/** How long a connection may be silent, learned. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inside } from './inside.mjs';

const { Cadence } = await inside('heartbeat');
const after = (cadence, times) => {
  for (let i = 0; i < times; i++) cadence.answered();
  return cadence.interval;
};

test('it grows while connections live through the silence, up to the most', () => {
  const cadence = new Cadence({});
  assert.equal(cadence.interval, 30);
  assert.equal(after(cadence, 1), 30);
  assert.equal(after(cadence, 1), 45);
  assert.equal(after(cadence, 20), 240);
});

test('a connection that dies of silence brings it back to the last good one, for good', () => {
  const cadence = new Cadence({});
  after(cadence, 4);
  assert.equal(cadence.interval, 67.5);
  cadence.broke(70);
  assert.equal(cadence.interval, 45);
  assert.equal(after(cadence, 20), 54, 'never again as long as the one that failed');
});

test('a connection that breaks while in use teaches nothing', () => {
  const cadence = new Cadence({});
  after(cadence, 2);
  cadence.broke(5);
  assert.equal(cadence.interval, 45);
});

test('it never goes below the least, however often it fails', () => {
  const cadence = new Cadence({ start: 20, min: 10, max: 60 });
  for (let i = 0; i < 20; i++) cadence.broke(240);
  assert.equal(cadence.interval, 10);
});

test('start and most are kept in order', () => {
  assert.equal(new Cadence({ start: 500, max: 120 }).interval, 120);
  assert.equal(new Cadence({ start: 1, min: 15 }).interval, 15);
});
