/**
 * Builds dist/: ESM and CommonJS with types, and a file for <script>. With --console also what the demo page
 * carries (docs/adr/0024-the-demo-page-carries-the-sdk.md).
 */

import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { bundle, CONSOLE } from './bundle.mjs';

process.chdir(fileURLToPath(new URL('.', import.meta.url)));
rmSync('dist', { recursive: true, force: true });

await Promise.all([
  bundle({ format: 'esm', outfile: 'dist/index.js' }),
  bundle({ format: 'cjs', outfile: 'dist/index.cjs' }),
  bundle({ format: 'iife', globalName: 'byssus', minify: true, outfile: 'dist/byssus.global.js' }),
]);
if (process.argv.includes('--console')) await bundle({ ...CONSOLE, outfile: '../console/byssus.js' });
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.'], { stdio: 'inherit' });
// The types of the CommonJS build are the same ones, under the names that TypeScript looks for then.
for (const file of readdirSync('dist').filter((name) => name.endsWith('.d.ts'))) {
  const types = readFileSync(`dist/${file}`, 'utf8').replace(/(from '\.\/\w+)\.js'/g, "$1.cjs'");
  writeFileSync(`dist/${file.replace('.d.ts', '.d.cts')}`, types);
}

const kib = (bytes) => `${(bytes.length / 1024).toFixed(1)} KiB`;
const script = readFileSync('dist/byssus.global.js');
console.log(`byssus.global.js: ${kib(script)}, ${kib(gzipSync(script, { level: 9 }))} gzipped`);
