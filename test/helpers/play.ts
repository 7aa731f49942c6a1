// Runs a program to its exit, with or without autoreload, and removes the unavoidable differences from its output.
import module from 'node:module';
import { run } from './autoreload.ts';
import type { End } from './autoreload.ts';
import type { Project } from './project.ts';

/** A program that exits by itself. */
export interface Program {
  readonly name: string;
  readonly entry: string;
  /** Files besides `look.cjs` (see look.ts). */
  readonly files: Readonly<Record<string, string>>;
  readonly packages?: readonly string[];
  readonly execArgv?: readonly string[];
  /** Whether output of several processes or threads interleaves in an unpredictable order. */
  readonly mixes?: boolean;
  /** Whether imports fail: then only the stack frames of the program are comparable. */
  readonly misses?: boolean;
}

/** Lines that differ unavoidably. */
const INHERENT: readonly RegExp[] = [
  // Node and autoreload listen for it in every process with an IPC channel.
  / process on internalMessage /,
  // Sends the error of a crash to the supervisor.
  / process on uncaughtExceptionMonitor /,
  // The channel schedules a tick, and stacks within a tick end with this frame.
  /^ +at process\.processTicksAndRejections \(node:/,
];

/** Wrapped functions keep their name and length. The length of their source differs: it is `[native code]`. */
const WRAPPED =
  / (function:(?:register|registerHooks|Worker|reallyExit):\d+|_resolveFilename function::\d+):\d+/;

/** Without `module.registerHooks`, errors from the hooks thread lack the source line in Node that threw them. */
const OFF_THREAD = !('registerHooks' in module);
const PLACE_OF_NODE = /^node:internal|^ +throw new ERR_|^ +triggerUncaughtException\($|^ +\^$/;

/** Output of a program on each stream, and its exit. */
export interface Play {
  readonly end: End;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

/** Runs a program to its exit, with or without autoreload. */
export async function play(project: Project, program: Program, supervised: boolean): Promise<Play> {
  const ours = supervised ? ['--import', 'autoreload/register'] : [];
  await using app = run(project, program.entry, { execArgv: [...ours, ...(program.execArgv ?? [])] });
  if (supervised) {
    await app.line(/^\[autoreload\] .* waiting for /);
    app.kill('SIGTERM');
  }
  const end: End = await app.end();
  const comparableLines = (stream: 'stdout' | 'stderr'): string[] => {
    const lines = app.transcript.lines(stream).filter((line) => isProgramLine(line, program, project));
    return program.mixes ? lines.map(comparable).toSorted() : lines.map(comparable);
  };
  return { end, stdout: comparableLines('stdout'), stderr: comparableLines('stderr') };
}

/** Returns the lines of `one` that `other` does not have. */
export function unlike(one: Play, other: Play): string[] {
  const rest = new Set([...other.stdout, ...other.stderr]);
  return [...one.stdout, ...one.stderr].filter((line) => !rest.has(line));
}

function isProgramLine(line: string, { misses }: Program, project: Project): boolean {
  if (line.startsWith('[autoreload] ') || INHERENT.some((known) => known.test(line))) return false;
  return !misses || !(isForeignFrame(line, project) || (OFF_THREAD && PLACE_OF_NODE.test(line)));
}

function comparable(line: string): string {
  return line.replace(/^\(node:\d+\)/, '(node:PID)').replace(WRAPPED, ' $1');
}

/** Whether a stack frame belongs to Node or autoreload. */
function isForeignFrame(line: string, project: Project): boolean {
  return /^ +at /.test(line) && (!line.includes(project.dir) || line.includes('node_modules'));
}
