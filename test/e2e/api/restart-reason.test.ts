// isSupervised, generation and restartReason: what a run knows about itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import { languagesIn, MODES, STAY } from '../../helpers/modes.ts';
import { Project } from '../../helpers/project.ts';

const NAMES = 'isSupervised, generation, restartReason';
const SAY = `console.log(JSON.stringify({ isSupervised, generation, reason: restartReason ?? null }));\n`;

for (const { name: mode, env, settled } of MODES) {
  for (const { name, entry, load, skip } of languagesIn(mode)) {
    test(`a run knows its number and the changed files: ${name}, ${mode}`, { skip }, async () => {
      const extension = entry.slice('app'.length);
      const dependency = `dep${extension}`;
      using project = new Project({
        [entry]: `${load('dep', `./${dependency}`)}${load(NAMES)}void dep;\n${SAY}${STAY}`,
        [dependency]: extension === '.cjs' ? 'exports.dep = 1;\n' : 'export const dep = 1;\n',
      });
      await using app = run(project, entry, { env });
      await app.line('{"isSupervised":true,"generation":1,"reason":null}');
      await settled(app);
      project.write(dependency, `${project.read(dependency)}// edited\n`);
      const reason = { cause: 'change', files: [{ path: project.path(dependency), how: 'changed' }] };
      await app.line(JSON.stringify({ isSupervised: true, generation: 2, reason }));
      await settled(app);
      project.write(entry, `${project.read(entry)}// edited\n`);
      const third = { cause: 'change', files: [{ path: project.path(entry), how: 'changed' }] };
      await app.line(JSON.stringify({ isSupervised: true, generation: 3, reason: third }));
    });
  }

  test(`a run knows created and deleted files: ${mode}`, async () => {
    using project = new Project({
      'app.js': `import { generation, restartReason } from 'autoreload';
console.log(generation, JSON.stringify(restartReason?.files));
await import('./optional.js').catch(() => {});
${STAY}`,
    });
    await using app = run(project, 'app.js', { env });
    await app.line('1 undefined');
    await settled(app);
    const path = project.path('optional.js');
    project.write('optional.js', 'export {};\n');
    await app.line(`2 ${JSON.stringify([{ path, how: 'created' }])}`);
    await settled(app);
    project.remove('optional.js');
    await app.line(`3 ${JSON.stringify([{ path, how: 'deleted' }])}`);
  });

  test(`after exit code 75 the cause is a request: ${mode}`, async () => {
    using project = new Project({
      'app.js': `import { EX_TEMPFAIL, generation, restartReason } from 'autoreload';
console.log(generation, JSON.stringify(restartReason));
if (generation === 1) process.exit(EX_TEMPFAIL);
${STAY}`,
    });
    await using app = run(project, 'app.js', { env });
    await app.line('1 undefined');
    await app.line('2 {"cause":"request","files":[]}');
  });

  test(`after a crash the reason names the corrected file: ${mode}`, async () => {
    using project = new Project({
      'app.js': `import { generation, restartReason } from 'autoreload';
console.log(generation, JSON.stringify(restartReason));
import './dep.js';
${STAY}`,
      'dep.js': "throw new Error('broken');\n",
    });
    await using app = run(project, 'app.js', { env });
    await app.line(/^\[autoreload\] app\.js failed with exit code 1/);
    project.write('dep.js', '// mended\n');
    await app.line(
      `2 ${JSON.stringify({ cause: 'change', files: [{ path: project.path('dep.js'), how: 'changed' }] })}`,
    );
  });

  test(`a retry after a crash has the cause crash: ${mode}`, async () => {
    using project = new Project({
      'app.js': `import { generation, restartReason } from 'autoreload';
console.log(generation, JSON.stringify(restartReason));
if (generation === 1) process.exit(3);
${STAY}`,
    });
    await using app = run(project, 'app.js', { env: { ...env, AUTORELOAD_ON_CRASH: 'retry' } });
    await app.line('2 {"cause":"crash","files":[]}');
  });
}

const LOOK = `import { generation, isSupervised, restartReason, restartSignal, shouldRestart } from 'autoreload';
console.log('descendant', JSON.stringify([isSupervised, generation, restartReason, shouldRestart(), restartSignal.aborted]));
`;

for (const [what, start] of [
  ['a worker thread', "import { Worker } from 'node:worker_threads';\nnew Worker('./other.js');\n"],
  ['a forked process', "import { fork } from 'node:child_process';\nfork('./other.js');\n"],
] as const) {
  test(`${what} knows that it is supervised, and nothing else`, async () => {
    using project = new Project({ 'app.js': `${start}${STAY}`, 'other.js': LOOK });
    await using app = run(project, 'app.js');
    const seen = `descendant ${JSON.stringify([true, 1, undefined, false, false])}`;
    await app.lines(seen, / is up in /);
    project.write('app.js', `${start}${STAY}// edited\n`);
    await app.lines('[autoreload] app.js changed, restarting', seen);
    assert.equal(app.restarts, 1);
  });
}
