/** The SDK in one file, in one of the formats of esbuild. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

/** What the demo page carries. */
export const CONSOLE = { format: 'esm', minify: true };

export const bundle = (options) =>
  build({
    absWorkingDir: fileURLToPath(new URL('.', import.meta.url)),
    entryPoints: ['src/index.ts'],
    bundle: true,
    target: 'es2022',
    logLevel: 'warning',
    banner: { js: `/* Byssus client ${version}, Apache-2.0 */` },
    ...options,
  });
