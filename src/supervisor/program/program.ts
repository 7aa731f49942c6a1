// The supervised program: a Node program or any other command. Types only, except for the default streams.

/** The properties of every program, ready to be spawned without a shell. */
interface BaseProgram {
  /** Path of the executable, or a name to look up in PATH. */
  readonly executable: string;
  readonly args: readonly string[];
  /** May differ from run to run. */
  readonly env: NodeJS.ProcessEnv;
  /** Absolute path of the working directory. */
  readonly cwd: string;
  /** Standard input, output and error, as for `child_process.spawn`. */
  readonly stdio: readonly Stdio[];
  /** Absolute path of the entry as the user wrote it; for a command looked up in PATH, its name. */
  readonly entry: string;
  /** Absolute paths of the files that are read before the first line of the program. */
  readonly settings: readonly string[];
}

/** A program that Node runs, with our preload. */
export interface NodeProgram extends BaseProgram {
  readonly kind: 'node';
  readonly argv0: string;
  /** Arguments with a gate behind the preloads of the user; undefined if a standby must not run these preloads. */
  readonly lateGateArgs: readonly string[] | undefined;
  /** Arguments and additional variables with a gate behind these preloads at which modules are linked, for an ES module as the entry. */
  readonly linkedGate: { readonly args: readonly string[]; readonly env: NodeJS.ProcessEnv } | undefined;
  /** Absolute paths of the env files without which Node does not start. */
  readonly requiredFiles: readonly string[];
  /** Whether Node may open an inspector in each run. */
  readonly isInspected: boolean;
}

/** Any other command. It runs no code of autoreload, and therefore sends no records. */
export interface CommandProgram extends BaseProgram {
  readonly kind: 'command';
  readonly grouping: Grouping;
  /** Absolute path of the executable; undefined if the user gave a name. */
  readonly path: string | undefined;
  /** Absolute path of the Node script with the name of a missing command, for a suggestion. */
  readonly script: string | undefined;
}

/** A program that is started again and again. */
export type Program = NodeProgram | CommandProgram;

/**
 * The process group of a command. `own`: a new group, which is signalled as a whole. `shared`: the group of this process, which
 * owns the terminal: only its members may read from the terminal, and Ctrl-C reaches them. `job`: Windows has no groups.
 */
export type Grouping = 'own' | 'shared' | 'job';

/** One standard stream: the stream of this process, a pipe, none, or a descriptor of this process. */
export type Stdio = 'inherit' | 'pipe' | 'ignore' | number;

/** All standard streams of this process. */
export const INHERITED: readonly Stdio[] = ['inherit', 'inherit', 'inherit'];
