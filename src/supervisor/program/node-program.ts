// A program of Node's, as it is to be supervised. Knows where our own files are.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildCommand } from './node-command.ts';
import type { Start } from './node-command.ts';
import { allOptions } from './node-options.ts';
import { INHERITED } from './program.ts';
import type { Program, Stdio } from './program.ts';
import { envFiles } from './config-files.ts';

/** The program that a command line of Node's runs. */
export function nodeProgram(start: Start, stdio: readonly Stdio[] = INHERITED): Program {
  const [preload = '', lateGate = ''] = ['entry', 'standby/late-gate'].map((name) =>
    fileURLToPath(new URL(`../../loader/${name}.cjs`, import.meta.url)),
  );
  const loaded = envFiles(allOptions(process.env, process.execArgv), process.cwd());
  const register = new URL('../../register.js', import.meta.url).href;
  const command = buildCommand({ ...start, loaded }, preload, lateGate, register);
  return { command, cwd: start.cwd, entry: resolve(start.cwd, start.argv[1] ?? ''), stdio };
}
