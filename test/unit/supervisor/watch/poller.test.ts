import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Poller } from '../../../../src/supervisor/watch/poller.ts';
import { Project } from '../../../helpers/project.ts';
import { pause } from '../../../helpers/saves.ts';

test('reports a save right after a path was added, before the first look of fs.watchFile', async () => {
  const dir = fs.mkdtempSync(join(os.tmpdir(), 'autoreload poll-'));
  const paths = Array.from({ length: 200 }, (_, i) => join(dir, `${i}.js`));
  for (const path of paths) fs.writeFileSync(path, 'one');
  const past = new Date(Date.now() - 60_000);
  for (const path of paths) fs.utimesSync(path, past, past);
  const reported = new Set<string>();
  let onReported = (): void => {};
  const poller = new Poller({
    interval: 50,
    onPath: (path) => {
      reported.add(path);
      onReported();
    },
  });
  try {
    for (const path of paths) {
      poller.add(path);
      fs.appendFileSync(path, 'two');
    }
    await new Promise<void>((resolve) => {
      onReported = () => reported.size === paths.length && resolve();
      onReported();
    });
  } finally {
    poller.close();
    fs.rmSync(dir, { recursive: true });
  }
});

test('while one file changes, the others are looked at without waiting for the interval', async () => {
  using project = new Project({ 'a.js': 'one', 'b.js': 'one' });
  let onReported = (_path: string): void => {};
  const poller = new Poller({ interval: 2000, onPath: (path) => onReported(path) });
  const save = async (name: string): Promise<number> => {
    const begun = performance.now();
    project.write(name, `saved at ${begun}`);
    await new Promise<void>((resolve) => (onReported = (path) => path === project.path(name) && resolve()));
    return performance.now() - begun;
  };
  try {
    for (const name of ['a.js', 'b.js']) poller.add(project.path(name));
    // Until the one more look that each added path gets is over.
    await pause(400);
    await save('b.js');
    const delay = await save('a.js');
    assert.ok(delay < 1000, String(delay));
  } finally {
    poller.close();
  }
});

test('polls packages less often, unless the interval is longer anyway', () => {
  for (const [interval, own, packages] of [
    [250, 250, 2000],
    [20, 20, 2000],
    [5000, 5000, 5000],
  ] as const) {
    const poller = new Poller({ interval, onPath: () => {} });
    assert.equal(poller.intervalOf(join('app', 'a.js')), own);
    assert.equal(poller.intervalOf(join('app', 'node_modules', 'pkg', 'a.js')), packages);
  }
});
