// Saves restart on overlay file systems and bind mounts, as containers use them. Needs a mount namespace, which not every
// system allows to an ordinary user.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { test } from 'node:test';
import { Project } from '../../helpers/project.ts';
import { Transcript } from '../../helpers/transcript.ts';

const UP = / is up in /;

const OVERLAY =
  'mkdir upper work app; mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work app';

/** The mounts vanish with the last process of their namespace. */
const mounts = {
  skip:
    (process.platform !== 'linux' ||
      spawnSync('unshare', ['-rm', 'sh', '-ec', `mount -t tmpfs none /tmp; cd /tmp; mkdir lower; ${OVERLAY}`])
        .status !== 0) &&
    'needs `unshare` and mounts of users: Linux',
};

/** A program in mounted folders, and a shell in the same mount namespace. Use it with `await using`. */
class Mounted {
  readonly transcript = new Transcript();
  readonly #shell: ChildProcessByStdio<Writable, Readable, Readable>;

  /** @param prepare shell commands that run first, in a new tmpfs with a copy of the project in `lower` */
  constructor(project: Project, prepare: string) {
    const script = `
      mkdir mnt
      mount -t tmpfs none mnt
      mkdir mnt/lower
      cp -a app.js name.js src package.json node_modules mnt/lower
      cd mnt
      ${prepare}
      cd app
      "$NODE" --import autoreload/register app.js &
      while read -r command; do eval "$command"; done
      kill $!
      wait
    `;
    this.#shell = spawn('unshare', ['-rm', 'sh', '-ec', script], {
      cwd: project.dir,
      env: { PATH: process.env['PATH'], NODE: process.execPath },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.transcript.attach('stdout', this.#shell.stdout);
    this.transcript.attach('stderr', this.#shell.stderr);
  }

  /** Waits for several lines in any order. */
  async lines(...expected: readonly (string | RegExp)[]): Promise<void> {
    await this.transcript.inAnyOrder(...expected);
  }

  /** Runs a shell command in the folder of the program. */
  sh(command: string): void {
    this.#shell.stdin.write(`${command}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#shell, 'close');
    this.#shell.stdin.end();
    await ended;
  }
}

const FILES = {
  'app.js':
    "import { name } from './name.js';\nimport { other } from './src/other.js';\nconsole.log(`hello ${name} ${other}`);\nsetInterval(() => {}, 1000);\n",
  'name.js': "export const name = 'one';\n",
  'src/other.js': "export const other = 'one';\n",
};

function save(path: string, content: string): string {
  return `echo "${content}" > ${path}`;
}

function replace(path: string, content: string): string {
  return `${save(`${path}.tmp`, content)}; mv ${path}.tmp ${path}`;
}

test('overlay: the first save copies a file up from the lower layer', mounts, async () => {
  using project = new Project(FILES);
  await using app = new Mounted(project, OVERLAY);
  await app.lines('hello one one', UP);
  app.sh(save('name.js', "export const name = 'two';"));
  await app.lines(/ name\.js changed /, 'hello two one', UP);
  app.sh(save('name.js', "export const name = 'three';"));
  await app.lines(/ name\.js changed /, 'hello three one', UP);
  app.sh(replace('src/other.js', "export const other = 'two';"));
  await app.lines(/ src\/other\.js changed /, 'hello three two', UP);
  app.sh(save('src/other.js', "export const other = 'three';"));
  await app.lines(/ src\/other\.js changed /, 'hello three three', UP);
  assert.equal(app.transcript.count(/restarting$/), 4);
});

test('bind mount of a folder: files are saved through their original path', mounts, async () => {
  using project = new Project(FILES);
  await using app = new Mounted(project, 'cp -a lower app; mount --bind lower/src app/src');
  await app.lines('hello one one', UP);
  for (const [other, how] of [
    ['two', save],
    ['three', replace],
    ['four', save],
  ] as const) {
    app.sh(how('../lower/src/other.js', `export const other = '${other}';`));
    await app.lines(/ src\/other\.js changed /, `hello one ${other}`, UP);
  }
  assert.equal(app.transcript.count(/restarting$/), 3);
});

test('bind mount of a single file: it is saved through its original path', mounts, async () => {
  using project = new Project(FILES);
  await using app = new Mounted(project, 'cp -a lower app; mount --bind lower/name.js app/name.js');
  await app.lines('hello one one', UP);
  for (const name of ['two', 'three', 'four']) {
    app.sh(save('../lower/name.js', `export const name = '${name}';`));
    await app.lines(/ name\.js changed /, `hello ${name} one`, UP);
  }
  assert.equal(app.transcript.count(/restarting$/), 3);
});
