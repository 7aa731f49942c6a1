// Runs a program to its end, plainly or under autoreload, and knows what has to be different in what it says.
import module from 'node:module';
import { run } from './autoreload.ts';
import type { End } from './autoreload.ts';
import type { Project } from './project.ts';

/** A program that ends by itself. */
export interface Program {
  readonly name: string;
  readonly entry: string;
  /** Besides `look.cjs`, see look.ts. */
  readonly files: Readonly<Record<string, string>>;
  readonly packages?: readonly string[];
  readonly execArgv?: readonly string[];
  /** It has several processes or threads, and what they say mixes in one way or another. */
  readonly mixes?: boolean;
  /** Nothing that it looks for is there: of stacks, only the frames of the program itself are the same. */
  readonly misses?: boolean;
}

/** What is different, and why it has to be. */
const INHERENT: readonly RegExp[] = [
  // Node itself listens to it on every process with an IPC channel, and so do we.
  / process on internalMessage /,
  // Tells the supervisor of the error that ends the program.
  / process on uncaughtExceptionMonitor /,
  // That channel schedules a tick, and what runs within one says so at the end of its stack.
  /^ +at process\.processTicksAndRejections \(node:/,
];

/** Functions that we wrap have their name and length; what is another is their source, which says `[native code]`. */
const WRAPPED =
  / (function:(?:register|registerHooks|Worker|reallyExit):\d+|_resolveFilename function::\d+):\d+/;

/**
 * Before `module.registerHooks`, an error that comes from the thread of the hooks has lost the line of Node's that threw
 * it.
 */
const OFF_THREAD = !('registerHooks' in module);
const PLACE_OF_NODE = /^node:internal|^ +throw new ERR_|^ +triggerUncaughtException\($|^ +\^$/;

/** What a program said on each stream, and how it ended. */
export interface Play {
  readonly end: End;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

/** Runs a program to its end, plainly or under autoreload. */
export async function play(project: Project, program: Program, supervised: boolean): Promise<Play> {
  const ours = supervised ? ['--import', 'autoreload/register'] : [];
  await using app = run(project, program.entry, { execArgv: [...ours, ...(program.execArgv ?? [])] });
  if (supervised) {
    await app.line(/^\[autoreload\] .* waiting for /);
    app.kill('SIGTERM');
  }
  const end: End = await app.end();
  const said = (stream: 'stdout' | 'stderr'): string[] => {
    const lines = app.transcript.lines(stream).filter((line) => isTheProgramsOwn(line, program, project));
    return program.mixes ? lines.map(comparable).toSorted() : lines.map(comparable);
  };
  return { end, stdout: said('stdout'), stderr: said('stderr') };
}

/** What one play has and the other has not. */
export function unlike(one: Play, other: Play): string[] {
  const rest = new Set([...other.stdout, ...other.stderr]);
  return [...one.stdout, ...one.stderr].filter((line) => !rest.has(line));
}

function isTheProgramsOwn(line: string, { misses }: Program, project: Project): boolean {
  if (line.startsWith('[autoreload] ') || INHERENT.some((known) => known.test(line))) return false;
  return !misses || !(isForeignFrame(line, project) || (OFF_THREAD && PLACE_OF_NODE.test(line)));
}

function comparable(line: string): string {
  return line.replace(/^\(node:\d+\)/, '(node:PID)').replace(WRAPPED, ' $1');
}

/** A frame of a stack that is Node's or ours. */
function isForeignFrame(line: string, project: Project): boolean {
  return /^ +at /.test(line) && (!line.includes(project.dir) || line.includes('node_modules'));
}
