// onChange(): a program may handle a change without a restart.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
import { languagesIn, MODES, STAY } from '../../helpers/modes.ts';
import { Project } from '../../helpers/project.ts';

const DEALT = /^\[autoreload\] dep\.js changed .*, handled by app\.js, no restart$/;
const RESTARTING = /^\[autoreload\] dep\.js changed .*, restarting$/;

/** Creates a program that registers handlers, and imports `dep.js`. */
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
      `'ignore' prevents the restart, and the next change is a new question: ${name}, ${mode}`,
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
  ['a handler that returns nothing has no opinion', 'onChange(() => {});', RESTARTING],
  ['a promise is awaited', "onChange(async () => 'ignore');", DEALT],
  [
    "one 'ignore' is enough where others have no opinion",
    "onChange(() => {});\nonChange(() => 'ignore');",
    DEALT,
  ],
  ["one 'restart' is enough", "onChange(() => 'ignore');\nonChange(async () => 'restart');", RESTARTING],
  ['another string is no opinion', "onChange(() => 'ignored');", RESTARTING],
  ['an unregistered handler is not asked', "onChange(() => 'ignore');\nonChange(() => 'restart')();", DEALT],
  ['without handlers the program restarts', "onChange(() => 'ignore')();", RESTARTING],
] as const) {
  test(`onChange: ${what}`, async () => {
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
  test(`an onChange handler that ${what} is printed, and the program restarts`, async () => {
    using project = program(`onChange(() => 'ignore');\nonChange(() => { ${body} });`);
    await using app = run(project, 'app.js');
    await started(app);
    save(project);
    await app.lines(/thrown by a handler/, RESTARTING, 'run 2 1');
  });
}

test('without an answer within a second, the program restarts', async () => {
  using project = program('onChange(() => new Promise(() => {}));');
  await using app = run(project, 'app.js');
  await started(app);
  save(project);
  await app.lines(RESTARTING, 'run 2 1');
});

test('a change during a pending question is merged into it', async () => {
  using project = program(`import './more.js';
let times = 0;
onChange(async ({ files }) => {
  console.log('asked', files.length);
  // The first question is never answered.
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

test('a program that exits during a pending question is started again', async () => {
  using project = program('if (generation === 1) onChange(() => process.exit());');
  await using app = run(project, 'app.js');
  await started(app);
  save(project);
  await app.lines(RESTARTING, 'run 2 1');
});

test("after 'ignore', the old content is a change", async () => {
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

test('restart() asks no onChange handler', async () => {
  using project = program(
    "import { restart } from 'autoreload';\nonChange(() => 'ignore');\nif (generation === 1) setTimeout(restart, 20);",
  );
  await using app = run(project, 'app.js');
  await app.lines('run 1 0', '[autoreload] restart requested, restarting', 'run 2 0');
});

test('a save during a pending question is another change', async () => {
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
