// Runs the command `autoreload`, as an installation provides it.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Run } from './autoreload.ts';
import type { RunOptions } from './autoreload.ts';
import { ROOT } from './project.ts';
import type { Project } from './project.ts';

/** Script of the command `autoreload`. */
export const CLI: string = join(ROOT, 'dist', 'cli.js');

/** Runs `autoreload` with these arguments. */
export function command(project: Project, args: readonly string[], options?: RunOptions): Run {
  return new Run(project, [CLI, ...args], { execArgv: [], ...options });
}

/** Returns the reason to skip a test that needs a missing program; false if the program is installed. */
export function without(program: string): string | false {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status !== 0 && `needs ${program}`;
}
