/** Builds dist/: ESM and CommonJS with types, a file for <script>, and the copy that the console carries. */

import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

process.chdir(fileURLToPath(new URL('.', import.meta.url)));
rmSync('dist', { recursive: true, force: true });

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const common = {
  entryPoints: ['src/index.ts'],
  bundle: true,
  target: 'es2022',
  logLevel: 'warning',
  banner: { js: `/* Byssus client ${version}, Apache-2.0 */` },
};
await Promise.all([
  build({ ...common, format: 'esm', outfile: 'dist/index.js' }),
  build({ ...common, format: 'cjs', outfile: 'dist/index.cjs' }),
  build({ ...common, format: 'iife', globalName: 'byssus', minify: true, outfile: 'dist/byssus.global.js' }),
]);
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.'], { stdio: 'inherit' });
// The types of the CommonJS build are the same ones, under the names that TypeScript looks for then.
for (const file of readdirSync('dist').filter((name) => name.endsWith('.d.ts'))) {
  const types = readFileSync(`dist/${file}`, 'utf8').replace(/(from '\.\/\w+)\.js'/g, "$1.cjs'");
  writeFileSync(`dist/${file.replace('.d.ts', '.d.cts')}`, types);
}

const kib = (bytes) => `${(bytes.length / 1024).toFixed(1)} KiB`;
const script = readFileSync('dist/byssus.global.js');
console.log(`byssus.global.js: ${kib(script)}, ${kib(gzipSync(script, { level: 9 }))} gzipped`);
