// What a process does whose role is supervisor: reads the options, prepares the command, and supervises it.
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';
import { environment, parseOptions } from '../options.ts';
import { buildCommand } from './command.ts';
import { releaseInspector } from './inspector.ts';
import { Log } from './log.ts';
import { Supervisor } from './supervisor.ts';

/**
 * V8 lets the space for new objects grow to 32 MB while the records of a big program come in, and never takes it back.
 * Without growth it is collected more often, which costs less than it saves.
 */
const SMALL_HEAP = '--semi-space-growth-factor=1';

/**
 * Supervises the program that this process was started to run. Ends the process, and returns only where that is not
 * possible and the program is to run here.
 */
export async function main(): Promise<void> {
  v8.setFlagsFromString(SMALL_HEAP);
  const { options, problems } = parseOptions(environment(process.env));
  const log = new Log(options.log);
  for (const problem of problems) log.info(problem.message);
  if (mayNotSpawn()) {
    log.info(
      'the permission model allows no child process, so the program runs without restarts. Add --allow-child-process.',
    );
    return;
  }
  const fixedPort = await releaseInspector(process);
  const [preload = '', lateGate = ''] = ['entry', 'late-gate'].map((name) =>
    fileURLToPath(new URL(`../loader/${name}.cjs`, import.meta.url)),
  );
  const register = new URL('../register.js', import.meta.url).href;
  const { execPath, argv0, execArgv, argv, env } = process;
  const start = { execPath, argv0, execArgv, argv, env, cwd: process.cwd(), fixedPort };
  const command = buildCommand(start, preload, lateGate, register);
  await new Supervisor(command, options, log).start();
  await new Promise<never>(() => {});
}

/** Whether the permission model forbids what supervision is made of. */
function mayNotSpawn(): boolean {
  const { permission } = process as { permission?: { has: (scope: string) => boolean } };
  return permission !== undefined && !permission.has('child');
}
