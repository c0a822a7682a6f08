/** The modules of src/ as they are, for tests of what the package does not show. */

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export async function inside(module) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../src/${module}.ts`, import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`);
}
