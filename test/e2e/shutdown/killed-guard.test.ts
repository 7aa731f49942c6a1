// No process is left when the supervisor is killed together with its guard, or before the guard is ready. A killed guard is replaced.
import { test } from 'node:test';
import { gone, run, until } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
import { childrenOf } from '../../helpers/processes.ts';
import { Project } from '../../helpers/project.ts';

const posix = { skip: process.platform === 'win32' && 'needs POSIX signals: Linux or macOS' };

const NO_STANDBY = { AUTORELOAD_STANDBY: '0' };

/** Number of supervisors that are killed one after another while they start. */
const STARTS = 5;

/** Starts a child process, which starts another one. */
const APP = `
import { spawn } from 'node:child_process';
process.on('message', () => {});
spawn('sh', ['-c', 'sleep 60 & echo "pids $1 $$ $!"; wait', 'sh', process.pid], { stdio: 'inherit' });
setInterval(() => {}, 1000);
`;

/** The guard, which is started after the program: that may have printed a line before. */
async function firstGuard(app: Run, pids: readonly number[]): Promise<number> {
  let guard: number | undefined;
  await until('a guard runs', () => (guard = guardOf(app, pids)) !== undefined);
  return guard!;
}

test('SIGKILL to the supervisor while it starts leaves nothing of the program behind', posix, async () => {
  for (let i = 0; i < STARTS; i++) {
    using project = new Project({ 'app.js': APP });
    await using app = run(project, 'app.js');
    const pids = await started(app);
    app.kill('SIGKILL');
    for (const pid of pids) await gone(pid);
  }
});

for (const [what, stdio] of [
  ['a program', undefined],
  ['a program with an IPC channel', ['ignore', 'pipe', 'pipe', 'ipc']],
] as const) {
  test(`SIGKILL to the supervisor and its guard leaves nothing of ${what} behind`, posix, async () => {
    using project = new Project({ 'app.js': APP });
    await using app = run(project, 'app.js', { stdio: stdio?.slice(), env: NO_STANDBY });
    const pids = await started(app);
    const guard = await firstGuard(app, pids);
    app.kill('SIGSTOP');
    process.kill(guard, 'SIGKILL');
    app.kill('SIGKILL');
    for (const pid of pids) await gone(pid);
  });
}

test('a killed guard is replaced', posix, async () => {
  using project = new Project({ 'app.js': APP });
  await using app = run(project, 'app.js', { env: NO_STANDBY });
  const pids = await started(app);
  const guard = await firstGuard(app, pids);
  process.kill(guard, 'SIGKILL');
  await gone(guard);
  let next: number | undefined;
  await until('another guard runs', () => (next = guardOf(app, pids)) !== undefined);
  // A stopped app cannot do it, so that only the guard can.
  process.kill(pids[0]!, 'SIGSTOP');
  app.kill('SIGKILL');
  for (const pid of [...pids, next!]) await gone(pid);
});

/** Waits for the processes of the program. Returns their pids. */
async function started(app: Run): Promise<number[]> {
  const line = await app.line(/^pids( \d+){3}$/);
  return line.split(' ').slice(1).map(Number);
}

/** The pid of the guard, the other child of the supervisor. */
function guardOf(app: Run, [program]: readonly number[]): number | undefined {
  return childrenOf(app.pid).find((pid) => pid !== program);
}
