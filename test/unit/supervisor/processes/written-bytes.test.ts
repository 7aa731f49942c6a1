import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { test } from 'node:test';
import { writesOf } from '../../../../src/supervisor/processes/written-bytes.ts';
import { Project } from '../../../helpers/project.ts';

const linux = { skip: process.platform !== 'linux' && 'only Linux counts what a process writes' };

/** Writes 5000 bytes to the file in the first argument when it is told by whom. */
const WRITER = `
const { spawn, execFileSync } = require('node:child_process');
const source = "require('node:fs').writeFileSync(process.argv[1], 'x'.repeat(5000)); console.log('done');";
const ways = {
  itself: () => eval(source),
  child: () => console.log(String(execFileSync(process.execPath, ['-e', source, process.argv[1]]))),
  // It runs until this process exits.
  detached: () => spawn(process.execPath, ['-e', source + 'process.stdin.resume()', process.argv[1]], {
    detached: true,
    stdio: ['pipe', 'inherit', 'inherit'],
  }),
};
process.stdin.on('data', (way) => ways[way]());
console.log('ready');
`;

for (const [way, name] of [
  ['itself', 'by itself'],
  ['child', 'through a child process that has exited'],
  ['detached', 'through a detached process that runs on'],
] as const)
  test(`what a process writes is counted: ${name}`, linux, async () => {
    using project = new Project({ 'file.txt': '' });
    const path = project.path('file.txt');
    const child = spawn(process.execPath, ['-e', WRITER, path], { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      await once(child.stdout, 'data');
      const writes = writesOf(
        () => child.pid,
        () => Infinity,
        () => false,
      );
      const before = writes.total();
      assert.equal(writes.total(), before);
      const isOnDisk = !writes.mayInclude(path);
      child.stdin.write(way);
      await once(child.stdout, 'data');
      assert.ok((writes.total() ?? 0) >= (before ?? Infinity) + 5000);
      assert.equal(writes.mayInclude(path), true);
      // Otherwise the temporary folder is on a file system that does not count.
      if (fs.statfsSync(project.dir).type === 0xef53) assert.equal(isOnDisk, true);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

test('where the system does not tell, the process may have written any file', () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  for (const unknown of [undefined, pid]) {
    const writes = writesOf(
      () => unknown,
      () => Infinity,
      () => false,
    );
    assert.deepEqual([writes.total(), writes.mayInclude(import.meta.filename)], [undefined, true]);
    // A run that we have stopped gets the benefit of the doubt.
    assert.equal(
      writesOf(
        () => unknown,
        () => Infinity,
        () => true,
      ).mayInclude(import.meta.filename),
      false,
    );
  }
});

test('files in memory are not counted', linux, (t) => {
  if (!fs.existsSync('/dev/shm')) return t.skip('needs a file system in memory');
  assert.equal(
    writesOf(
      () => process.pid,
      () => Infinity,
      () => false,
    ).mayInclude('/dev/shm/file.txt'),
    true,
  );
});
