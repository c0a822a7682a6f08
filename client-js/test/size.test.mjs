/** A page loads the SDK before it can do anything else. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { bundle } from '../bundle.mjs';

/**
 * What the READMEs promise, 9 KiB. It was 8 KiB until directed messages were repeated like publications, every call took a
 * deadline, and the server could subscribe a session.
 */
const BYTES_MAX = 9216;

test('the file for <script> stays small', async () => {
  const { outputFiles } = await bundle({ format: 'iife', globalName: 'byssus', minify: true, write: false });
  const bytes = gzipSync(outputFiles[0].contents, { level: 9 }).length;
  assert.ok(bytes <= BYTES_MAX, `${bytes} bytes gzipped, the READMEs promise ${BYTES_MAX}`);
});
