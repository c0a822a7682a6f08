/** What the demo page carries is what the sources give. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { bundle, CONSOLE } from '../bundle.mjs';

test('console/byssus.js is the SDK of these sources', async () => {
  const { outputFiles } = await bundle({ ...CONSOLE, write: false });
  const carried = await readFile(new URL('../../console/byssus.js', import.meta.url), 'utf8');
  assert.ok(carried === outputFiles[0].text, 'console/byssus.js is old: run `npm run console` in client-js, and commit it');
});
