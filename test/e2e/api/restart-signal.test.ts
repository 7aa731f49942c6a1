// restartSignal: ends operations with an AbortSignal before a restart, and costs nothing unless the program reads it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import { MODES, STAY } from '../../helpers/modes.ts';
import { Project } from '../../helpers/project.ts';

const IMPORT = "import { generation, onRestart, restartSignal } from 'autoreload';\n";

/** The program stays until it has printed `aborted`. */
const UNTIL_SEEN = `let seen;
const wasSeen = new Promise((resolve) => {
  seen = resolve;
});
onRestart(() => wasSeen);
`;

/** Operations that take the signal, and print `aborted`. */
const USES: Readonly<Record<string, string>> = {
  'server.listen': `import http from 'node:http';
const server = http.createServer().on('close', () => console.log('aborted'));
server.listen({ port: 0, signal: restartSignal });
`,
  'timers/promises': `import { setTimeout } from 'node:timers/promises';
setTimeout(2 ** 30, undefined, { signal: restartSignal }).catch(({ name }) => console.log('aborted', name));
`,
  fetch: `import http from 'node:http';
const server = http.createServer().listen(0, () => {
  fetch('http://127.0.0.1:' + server.address().port, { signal: restartSignal }).catch(({ name }) => console.log('aborted', name));
});
`,
  'AbortSignal.any': `const any = AbortSignal.any([new AbortController().signal, restartSignal]);
any.addEventListener('abort', () => console.log('aborted', any.reason.cause.cause));
globalThis.any = any;
`,
  'polling of aborted': `${UNTIL_SEEN}const poll = () => restartSignal.aborted ? (console.log('aborted'), seen()) : setTimeout(poll, 5);
poll();
`,
  'polling of throwIfAborted': `${UNTIL_SEEN}const poll = () => {
  try {
    restartSignal.throwIfAborted();
    setTimeout(poll, 5);
  } catch (error) {
    console.log('aborted', error.name);
    seen();
  }
};
poll();
`,
  onabort: "restartSignal.onabort = () => console.log('aborted');\n",
  'events.on': `import { EventEmitter, on } from 'node:events';
try {
  for await (const _ of on(new EventEmitter(), 'never', { signal: restartSignal }));
} catch ({ name }) {
  console.log('aborted', name);
}
`,
};

for (const { name: mode, env, settled } of MODES) {
  test(`restartSignal ends pending operations, ${mode}`, async () => {
    const names = Object.keys(USES);
    using project = new Project({
      'app.js': `${IMPORT}import './dep.js';
onRestart(() => new Promise(setImmediate));
console.log('run', generation);
${names.map((_, i) => `import('./use${i}.js');\n`).join('')}${STAY}`,
      'dep.js': '',
      ...Object.fromEntries(
        Object.values(USES).map((use, i) => [
          `use${i}.js`,
          `${IMPORT}console.log('uses ${i}');\n${use.replace("log('aborted'", `log('aborted ${i}'`)}`,
        ]),
      ),
    });
    await using app = run(project, 'app.js', { env });
    await app.lines('run 1', ...names.map((_, i) => `uses ${i}`));
    await settled(app);
    project.write('dep.js', '// edited\n');
    await app.lines('run 2', ...names.map((_, i) => new RegExp(`^aborted ${i}\\b`)));
  });
}

test('its reason is an AbortError with the restart reason as cause', async () => {
  using project = new Project({
    'app.js': `${IMPORT}console.log('run', generation);
restartSignal.addEventListener('abort', () => {
  const { reason } = restartSignal;
  console.log(reason instanceof Error, reason.name, reason.message, reason.cause.files[0].how);
});
${STAY}`,
  });
  await using app = run(project, 'app.js');
  await app.lines('run 1', / is up in /);
  project.write('app.js', `${project.read('app.js')}// edited\n`);
  await app.line('true AbortError The program is restarted changed');
});

test('restartSignal is aborted before the restart handlers run', async () => {
  using project = new Project({
    'app.js': `${IMPORT}console.log('run', generation);
onRestart(() => console.log('handler', restartSignal.aborted));
restartSignal.addEventListener('abort', () => console.log('abort'));
${STAY}`,
  });
  await using app = run(project, 'app.js');
  await app.lines('run 1', / is up in /);
  project.write('app.js', `${project.read('app.js')}// edited\n`);
  await app.line('abort');
  await app.line('handler true');
});

for (const [what, use, stops] of [
  ['only loads the API', '', 'running > stopping (writing)'],
  ['reads the signal', 'void restartSignal.aborted;\n', 'running > stopping (settled)'],
] as const) {
  test(`a program that ${what} stops ${what.startsWith('only') ? 'before' : 'after'} the change is complete`, async () => {
    using project = new Project({
      'app.js': `${IMPORT}void onRestart;\nconsole.log('run', generation);\n${use}${STAY}`,
    });
    await using app = run(project, 'app.js', { env: { AUTORELOAD_LOG: 'debug' } });
    await app.lines('run 1', / a standby waits /);
    project.write('app.js', `${project.read('app.js')}// edited\n`);
    await app.lines(`[autoreload] state: ${stops}`, 'run 2');
    assert.equal(app.restarts, 1);
  });
}
