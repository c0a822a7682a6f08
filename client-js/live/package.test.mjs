/** The package as it would be published, installed into an empty project. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Server } from './nodes.mjs';

const sdk = fileURLToPath(new URL('..', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'byssus-client-'));
const run = (program, ...words) => execFileSync(program, words, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
let server;

before(async () => {
  server = await Server.start('js-1');
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', project], { cwd: sdk, stdio: 'ignore' });
  const [tarball] = readdirSync(project);
  writeFileSync(join(project, 'package.json'), '{"name": "empty", "private": true, "type": "module"}');
  // A link for ws, which Node 20 needs: nothing is fetched.
  run('npm', 'install', '--offline', '--no-audit', '--no-fund', `./${tarball}`, join(sdk, 'node_modules/ws'));
});
after(async () => {
  await server?.kill('SIGTERM');
  rmSync(project, { recursive: true, force: true });
});

test('what is packed is what a user needs, and no more', () => {
  const [{ files }] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: sdk, encoding: 'utf8' }));
  const names = files.map(({ path }) => path);
  for (const name of ['README.md', 'LICENSE', 'dist/index.js', 'dist/index.cjs', 'dist/index.d.ts', 'dist/index.d.cts', 'dist/byssus.global.js']) {
    assert.ok(names.includes(name), `${name} is missing in ${names}`);
  }
  assert.deepEqual(names.filter((name) => !/^(dist\/|README|LICENSE|package\.json)/.test(name)), []);
});

const PROGRAM = `
  const client = connect(process.argv[2], { WebSocket });
  const { level } = await client.publish('news', 'hi');
  await client.end();
  console.log(level);
`;

test('an ES module imports it', () => {
  writeFileSync(join(project, 'a.mjs'), `import { connect } from '@byssus/client'; import WebSocket from 'ws';${PROGRAM}`);
  assert.equal(run('node', 'a.mjs', server.url).trim(), 'accepted');
});

test('a CommonJS program requires it', () => {
  writeFileSync(join(project, 'b.cjs'), `const { connect } = require('@byssus/client'); const WebSocket = require('ws'); (async () => {${PROGRAM}})();`);
  assert.equal(run('node', 'b.cjs', server.url).trim(), 'accepted');
});

for (const [file, options] of [
  ['c.mts', ['--module', 'nodenext']],
  ['d.cts', ['--module', 'nodenext']],
  ['e.ts', ['--module', 'esnext', '--moduleResolution', 'bundler']],
]) {
  test(`TypeScript finds its types: ${file}`, () => {
    const good = `
      import { connect, tabStore, type Message, type PublishResult } from '@byssus/client';
      const client = connect('ws://x/ws', { store: tabStore(), token: async () => 'jwt' });
      const news = client.subscribe<{ text: string }>('news');
      news.on('message', ({ data }: Message<{ text: string }>) => console.log(data.text));
      const stored: Promise<PublishResult> = client.publish('news', { text: 'hi' });
      void stored;`;
    writeFileSync(join(project, file), good);
    const tsc = (name) => run('node', join(sdk, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022,dom', '--types', '', ...options, name);
    tsc(file);
    writeFileSync(join(project, `bad-${file}`), `${good}\nclient.publish(7, 1);`);
    assert.throws(() => tsc(`bad-${file}`), ({ stdout }) => /number.*string/s.test(stdout));
  });
}

test('publint finds nothing wrong with it', () => {
  execFileSync('node', [join(sdk, 'node_modules/publint/src/cli.js'), sdk, '--pack', 'false', '--strict'], { encoding: 'utf8', stdio: 'pipe' });
});
