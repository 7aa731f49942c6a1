// One supervisor from its start to its end, with its clients and with what is counted on it.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Run, gone, until } from '../helpers/autoreload.ts';
import { CLI } from '../helpers/command.ts';
import { ask } from '../helpers/clients.ts';
import { Pollers } from './pollers.ts';
import { descendants, descriptors, isAlive, memory, withVariable } from './processes.ts';
import type { Found } from './processes.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

/** Timeout for a save to be loaded, and for processes to appear or vanish (ms). Only a fault reaches it. */
const PATIENCE_MS = 30_000;

/** One that links modules ahead, and one that does not. */
const MAX_STANDBYS = 2;

/** Descriptors of the supervisor for a standby: lane, control channel and gate. */
const STANDBY_DESCRIPTORS = 3;

export type Kind =
  | 'lost saves'
  | 'needless restarts'
  | 'refused'
  | 'unanswered'
  | 'orphans'
  | 'wrong processes or zombies'
  | 'growing descriptors'
  | 'growing memory'
  | 'bad ends';

/** Something that must not happen. */
export class Fault extends Error {
  readonly kind: Kind;

  constructor(kind: Kind, message: string) {
    super(message);
    this.kind = kind;
  }
}

interface Sample {
  readonly descriptors: number;
  readonly memory: number;
}

let sessions = 0;

export class Session {
  readonly world: World;
  readonly run: Run;
  readonly samples: Sample[] = [];
  /** What each run has loaded. */
  readonly loads: Record<string, unknown>[] = [];
  readonly #mark = `${process.pid}-${++sessions}`;
  readonly #hasStandby: boolean;
  pollers: Pollers | undefined;
  #port = 0;
  #read = 0;

  constructor(world: World, random: Random) {
    this.world = world;
    this.#hasStandby = random.chance(0.85);
    const byCommand = random.chance(0.3);
    const node = byCommand
      ? [CLI, '--env-file=.env']
      : ['--env-file=.env', '--import', 'autoreload/register'];
    this.run = new Run(world.project, ['app.mjs'], {
      execArgv: node,
      env: {
        SOAK_SESSION: this.#mark,
        SOAK_HELPER: world.hasHelper ? '1' : undefined,
        AUTORELOAD_WATCH: 'views',
        AUTORELOAD_STANDBY: this.#hasStandby ? undefined : '0',
        AUTORELOAD_TIMEOUT: '40m',
      },
    });
    this.note(`${byCommand ? 'command' : 'register'}${this.#hasStandby ? '' : ', no standby'}`);
  }

  /** Waits until the program answers, and starts the clients. */
  async begin(): Promise<void> {
    await this.settle();
    await this.rest();
    this.pollers = new Pollers(this.#port);
  }

  note(text: string): void {
    this.run.transcript.note(text);
  }

  /** Number of times that the program is up. */
  get ups(): number {
    return this.run.transcript.count(/ is up in /);
  }

  /** Whether the last line of the supervisor announces a restart. */
  get isRestarting(): boolean {
    const lines = this.run.transcript.lines('stderr').filter((line) => line.startsWith('[autoreload]'));
    return lines.at(-1)?.endsWith('restarting') ?? false;
  }

  /** Number of runs that have loaded everything. */
  get runs(): number {
    this.#readLines();
    return this.loads.length;
  }

  /** The program of the newest complete run. */
  get programPid(): number {
    return this.runs === 0 ? 0 : Number(this.loads.at(-1)!['pid']);
  }

  /** Waits until the program that answers has loaded what is on the disk. */
  async settle(): Promise<void> {
    const isLoaded = (): boolean => this.runs > 0 && this.world.isLoaded(this.loads.at(-1)!);
    const expected = (): string => `the disk has ${JSON.stringify(this.world.tokens)}`;
    await until('loaded', isLoaded, PATIENCE_MS).catch(() => {
      throw new Fault('lost saves', expected());
    });
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const body =
        this.#port === 0 ? '' : await ask({ port: this.#port, timeout: PATIENCE_MS }).catch(String);
      if (body.startsWith('{') && this.world.isLoaded(JSON.parse(body))) return;
      if (performance.now() > deadline)
        throw new Fault('lost saves', `${expected()}, and the answer is ${body}`);
      await nextTurn();
      this.#readLines();
    }
  }

  /** Waits until there are the processes that there should be, and takes a sample. */
  async rest(): Promise<void> {
    let found: Found[] = [];
    const wanted = 2 + Number(this.world.hasHelper);
    const isRight = (): boolean => {
      found = descendants(this.run.pid);
      // A standby waits for free memory.
      const least = wanted + Number(this.#hasStandby && process.availableMemory() > 2 ** 29);
      const most = wanted + (this.#hasStandby ? MAX_STANDBYS : 0);
      const isCount = found.length >= least && found.length <= most;
      const guards = found.filter(isGuard).length;
      return isCount && guards === 1 && found.every(({ isZombie }) => !isZombie);
    };
    if (process.platform === 'linux')
      await until('processes', isRight, PATIENCE_MS).catch(() => {
        throw new Fault('wrong processes or zombies', listed(found));
      });
    const ofStandbys = (found.length - wanted) * STANDBY_DESCRIPTORS;
    this.samples.push({
      descriptors: descriptors(this.run.pid) - ofStandbys,
      memory: memory(this.run.pid),
    });
  }

  /** Kills the supervisor, or ends it as a user does. Afterwards nothing of it may run. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const all = descendants(this.run.pid);
    this.note(`${signal} to the supervisor`);
    const clients = this.pollers?.end();
    if (signal !== 'SIGKILL') await clients;
    this.run.kill(signal);
    const end = await this.run.end().catch(String);
    await clients;
    this.#count();
    if (typeof end === 'string' || end.signal !== signal)
      throw new Fault('bad ends', `after ${signal}: ${JSON.stringify(end)}`);
    let left: Found[] = [];
    const isGone = (): boolean => {
      left = [...all.filter(isAlive), ...this.#marked()];
      return left.length === 0;
    };
    await until('no process is left', isGone, PATIENCE_MS).catch(() => {
      throw new Fault('orphans', listed(left));
    });
  }

  /** Kills a process of this session. */
  async kill(one: Found): Promise<void> {
    this.pollers?.onKill();
    killOne(one);
    await gone(one.pid);
    await nextTurn();
    this.pollers?.onGone();
  }

  /** Reports requests that have failed since the last call. */
  check(): void {
    const [miss] = this.pollers?.misses ?? [];
    if (miss) throw new Fault(miss.kind, `${this.pollers!.misses.length}: ${miss.text}`);
  }

  /** Ends everything that a fault has left running: a process that holds the output would keep the soak waiting. */
  async [Symbol.asyncDispose](): Promise<void> {
    const clients = this.pollers?.end();
    const all = descendants(this.run.pid);
    if (this.run.process.exitCode === null) this.run.kill('SIGKILL');
    for (const one of [...all.filter(isAlive), ...this.#marked()]) killOne(one);
    await clients;
    await this.run[Symbol.asyncDispose]();
  }

  /** Running processes that have inherited the environment of this supervisor. */
  #marked(): Found[] {
    return withVariable('SOAK_SESSION', this.#mark);
  }

  /** Compares the second quarter of the samples, when all code is warm, with the last. */
  #count(): void {
    if (this.samples.length < 8) return;
    const quarter = Math.floor(this.samples.length / 4);
    const warm = this.samples.slice(quarter, 2 * quarter);
    const last = this.samples.slice(-quarter);
    const least = (samples: readonly Sample[], key: keyof Sample): number =>
      Math.min(...samples.map((sample) => sample[key]));
    const text = (key: keyof Sample): string => this.samples.map((one) => one[key].toFixed(0)).join(' ');
    if (least(last, 'descriptors') > least(warm, 'descriptors') + 2)
      throw new Fault('growing descriptors', text('descriptors'));
    if (least(last, 'memory') > least(warm, 'memory') + 15) throw new Fault('growing memory', text('memory'));
  }

  #readLines(): void {
    const { entries } = this.run.transcript;
    for (; this.#read < entries.length; this.#read++) {
      const { text } = entries[this.#read]!;
      if (text.startsWith('loaded ')) this.loads.push(JSON.parse(text.slice('loaded '.length)));
      else if (text.startsWith('listening ')) this.#port ||= Number(text.slice('listening '.length));
    }
  }
}

function killOne({ pid }: Found): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has exited.
  }
}

export function isGuard({ command }: Found): boolean {
  return command.includes('autoreload-guard');
}

function listed(found: readonly Found[]): string {
  return found.map((one) => `${one.pid}${one.isZombie ? ' (zombie)' : ''} ${one.command}`).join('; ');
}
