// What is supervised.
import type { Command } from './node-command.ts';

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

/**
 * Where the processes of a command are. `own`: in a process group of their own, which is ended as a whole. `shared`: in
 * ours, which has the terminal: only so can they read from it, and Ctrl-C reaches them. `job`: Windows has no groups.
 */
export type Place = 'own' | 'shared' | 'job';

/** A command, ready to be started without a shell. */
export interface PlainCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly place: Place;
  /** Absolute path of what is started, where the user gave a path and not a name. */
  readonly path: string | undefined;
  /** Absolute path of what may have been meant, if there is no such command: a script for Node. */
  readonly script?: string | undefined;
}

/** What one of its standard streams is: that of this process, a pipe, none, or a descriptor of this process. */
export type Stdio = 'inherit' | 'pipe' | 'ignore' | number;

/** All of them are those of this process. */
export const INHERITED: readonly Stdio[] = ['inherit', 'inherit', 'inherit'];
