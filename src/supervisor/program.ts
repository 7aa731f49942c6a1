// What is supervised.
import type { Command } from './command.ts';
import type { PlainCommand } from './plain-command.ts';

/** A program of which run after run is started. */
export interface Program {
  readonly command: Command;
  /**
   * What is started instead, where it is not a program of Node's. It has nothing of ours, and so does not tell when it begins
   * to read what the user types.
   */
  readonly plain?: PlainCommand;
  /** Absolute path of its working directory. */
  readonly cwd: string;
  /** Absolute path of the entry, as the user gave it; what a command is called. */
  readonly entry: string;
  /** What its stdin, stdout and stderr are, as for `child_process.spawn`. */
  readonly stdio: readonly Stdio[];
}

/** What one of its standard streams is: that of this process, a pipe, none, or a descriptor of this process. */
export type Stdio = 'inherit' | 'pipe' | 'ignore' | number;

/** All of them are those of this process. */
export const INHERITED: readonly Stdio[] = ['inherit', 'inherit', 'inherit'];
