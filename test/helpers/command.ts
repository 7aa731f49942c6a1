// Runs any command under `autoreload`, as a user does who has installed it.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Run } from './autoreload.ts';
import type { RunOptions } from './autoreload.ts';
import { ROOT } from './project.ts';
import type { Project } from './project.ts';

/** What `autoreload` stands for in a shell. */
export const CLI: string = join(ROOT, 'dist', 'cli.js');

/** Runs `autoreload` with these arguments. */
export function command(project: Project, args: readonly string[], options?: RunOptions): Run {
  return new Run(project, [CLI, ...args], { execArgv: [], ...options });
}

/** Why a test that needs a program is left out where that is not installed; false where it is. */
export function without(program: string): string | false {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status !== 0 && `needs ${program}`;
}
