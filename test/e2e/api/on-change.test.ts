// An app is asked before a change restarts it, and may deal with it by itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
import { languagesIn, MODES, STAY } from '../../helpers/modes.ts';
import { Project } from '../../helpers/project.ts';

const DEALT = /^\[autoreload\] dep\.js changed .*, handled by app\.js, no restart$/;
const RESTARTING = /^\[autoreload\] dep\.js changed .*, restarting$/;

/** A program that registers handlers for changes of `dep.js`. */
function program(handlers: string): Project {
  return new Project({
    'app.js': `import { generation, onChange, restartReason } from 'autoreload';
import './dep.js';
${handlers}
console.log('run', generation, restartReason?.files.length ?? 0);
${STAY}`,
    'dep.js': '// 0\n',
    'more.js': '// 0\n',
  });
}

let edits = 0;
function save(project: Project, path = 'dep.js'): void {
  project.write(path, `// ${++edits}\n`);
}

async function started(app: Run): Promise<void> {
  await app.lines('run 1 0', / is up in /);
}

for (const { name: mode, env, settled } of MODES) {
  for (const { name, entry, load, skip } of languagesIn(mode)) {
    test(
      `'ignore' leaves the program as it is, the next one is asked about anew: ${name}, ${mode}`,
      { skip },
      async () => {
        const dependency = `dep${entry.slice('app'.length)}`;
        using project = new Project({
          [entry]: `${load('generation, onChange')}${entry === 'app.cjs' ? `require('./${dependency}');` : `import './${dependency}';`}
let times = 0;
onChange(({ files }) => {
  console.log('asked', files.length, files[0].how, files[0].path.endsWith('${dependency}'));
  return ++times < 3 ? 'ignore' : 'restart';
});
console.log('run', generation);
${STAY}`,
          [dependency]: '// 0\n',
        });
        await using app = run(project, entry, { env });
        await app.line('run 1');
        await settled(app);
        for (let i = 0; i < 2; i++) {
          save(project, dependency);
          await app.lines(
            'asked 1 changed true',
            new RegExp(`${dependency} changed .*, handled by ${entry}, no restart$`),
          );
        }
        save(project, dependency);
        await app.lines('asked 1 changed true', 'run 2', new RegExp(`${dependency} changed .*, restarting$`));
        assert.equal(app.restarts, 1);
      },
    );
  }
}

for (const [what, handlers, result] of [
  ['one that returns nothing has no opinion', 'onChange(() => {});', RESTARTING],
  ['one that resolves is waited for', "onChange(async () => 'ignore');", DEALT],
  [
    "one 'ignore' is enough where others have no opinion",
    "onChange(() => {});\nonChange(() => 'ignore');",
    DEALT,
  ],
  ["one 'restart' is enough", "onChange(() => 'ignore');\nonChange(async () => 'restart');", RESTARTING],
  ['another word is no opinion', "onChange(() => 'ignored');", RESTARTING],
  ['one that was taken away is not asked', "onChange(() => 'ignore');\nonChange(() => 'restart')();", DEALT],
  ['where all were taken away nobody is asked', "onChange(() => 'ignore')();", RESTARTING],
] as const) {
  test(`of the handlers, ${what}`, async () => {
    using project = program(handlers);
    await using app = run(project, 'app.js');
    await started(app);
    save(project);
    await app.line(result);
    if (result === RESTARTING) await app.line('run 2 1');
    else assert.equal(app.restarts, 0);
  });
}

for (const [what, body] of [
  ['throws', "throw new Error('thrown by a handler');"],
  ['rejects', "return Promise.reject(new Error('thrown by a handler'));"],
] as const) {
  test(`a handler that ${what} is shown, and means a restart`, async () => {
    using project = program(`onChange(() => 'ignore');\nonChange(() => { ${body} });`);
    await using app = run(project, 'app.js');
    await started(app);
    save(project);
    await app.lines(/thrown by a handler/, RESTARTING, 'run 2 1');
  });
}

test('no answer within a second means a restart', async () => {
  using project = program('onChange(() => new Promise(() => {}));');
  await using app = run(project, 'app.js');
  await started(app);
  save(project);
  await app.lines(RESTARTING, 'run 2 1');
});

test('a change during the question is asked about together with the first', async () => {
  using project = program(`import './more.js';
let times = 0;
onChange(async ({ files }) => {
  console.log('asked', files.length);
  // The first one is never answered.
  if (++times === 1) await new Promise(() => {});
  return 'ignore';
});`);
  await using app = run(project, 'app.js', { env: { AUTORELOAD_LOG: 'debug' } });
  await started(app);
  save(project);
  await app.line('asked 1');
  save(project, 'more.js');
  await app.lines('asked 2', /, and 1 more, handled by app\.js, no restart$/);
  assert.equal(app.restarts, 0);
});

test('a program that ends during the question is started again', async () => {
  using project = program('if (generation === 1) onChange(() => process.exit());');
  await using app = run(project, 'app.js');
  await started(app);
  save(project);
  await app.lines(RESTARTING, 'run 2 1');
});

test('what the app has dealt with counts as it is now: the old content is a change', async () => {
  using project = program("onChange(() => (console.log('asked'), 'ignore'));");
  const before = project.read('dep.js');
  await using app = run(project, 'app.js');
  await started(app);
  save(project);
  await app.lines('asked', DEALT);
  project.write('dep.js', before);
  await app.lines('asked', DEALT);
  assert.equal(app.restarts, 0);
});

test('restart() does not ask', async () => {
  using project = program(
    "import { restart } from 'autoreload';\nonChange(() => 'ignore');\nif (generation === 1) setTimeout(restart, 20);",
  );
  await using app = run(project, 'app.js');
  await app.lines('run 1 0', '[autoreload] restart requested, restarting', 'run 2 0');
});

test('what is saved while the program deals with a change is another change', async () => {
  using project = new Project({
    't.txt': 'one\n',
    'app.js': `import { onChange, track } from 'autoreload';
import fs from 'node:fs';
track('t.txt');
onChange(async () => {
  const text = fs.readFileSync('t.txt', 'utf8').trim();
  console.log('asked about', text);
  if (text === 'two') fs.writeFileSync('t.txt', 'three\\n');
  return 'ignore';
});
console.log('ready');
setInterval(() => {}, 1000);
`,
  });
  await using app = run(project, 'app.js');
  await app.lines('ready', /is up in/);
  project.write('t.txt', 'two\n');
  await app.line('asked about two');
  await app.line('asked about three');
});
