// Checks on this Node how src/node-internals/evaluation.cts tells that the entry is being evaluated.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { contract } from '../helpers/contract.ts';
import { Project, ROOT } from '../helpers/project.ts';

const FILE = join(ROOT, 'build/src/node-internals/evaluation.cjs');

contract('the evaluation of the entry', '"is up" comes before the program has started', async () => {
  using project = new Project({
    'app.mjs': `
setTimeout(() => process.send(globalThis.isPending()));
await new Promise((resolve) => process.once('message', resolve));`,
    'preload.cjs': `
const imports = require(${JSON.stringify(FILE)}).trackImports();
globalThis.isPending = imports.isPending;
process.on('message', () =>
  setTimeout(() => process.send(imports.isPending(), () => process.disconnect()), 0));`,
  });
  const child = spawn(process.execPath, ['-r', './preload.cjs', 'app.mjs'], {
    cwd: project.dir,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  assert.equal((await once(child, 'message'))[0], true);
  child.send('go on');
  assert.equal((await once(child, 'message'))[0], false);
  await once(child, 'exit');
});
