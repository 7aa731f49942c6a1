// Records the output of a process line by line, in the order of arrival, waits for lines, and prints what a failed test
// has seen.
import { afterEach } from 'node:test';

/** Timeout for everything that a test waits for (ms). Long, so that only a lost event reaches it. */
export const PATIENCE_MS = 60_000;

type Stream = 'stdout' | 'stderr';

export interface Entry {
  readonly stream: Stream;
  readonly text: string;
  /** Time of arrival, since the start of the process (ms). */
  readonly at: number;
  /** A test has waited for this line. */
  isAwaited?: true;
}

interface Waiter {
  readonly matches: (text: string) => boolean;
  readonly resolve: (text: string) => void;
}

/** Transcripts of the running test. */
const current: Transcript[] = [];

/** Outside of the test runner, as in the soak, the owner prints its transcripts. */
const isTest = process.env['NODE_TEST_CONTEXT'] !== undefined;

if (isTest) {
  afterEach((context) => {
    const transcripts = current.splice(0);
    // `passed` is not in the types; Node has it from 20.16 on.
    if (!('diagnostic' in context) || ('passed' in context && context.passed)) return;
    for (const transcript of transcripts) context.diagnostic(transcript.toString());
  });
}

/**
 * Output of one process.
 *
 * Each stream has its own cursor: a wait for a line of stdout leaves the place in stderr as it is. Two pipes have no common
 * order, so a test that cares about the order across streams compares `entries`.
 */
export class Transcript {
  readonly entries: Entry[] = [];
  readonly #startedAt = performance.now();
  /** Index in `entries` behind the last awaited line of each stream. */
  #cursors: Record<Stream, number> = { stdout: 0, stderr: 0 };
  #waiter: Waiter | undefined;

  constructor() {
    if (isTest) current.push(this);
  }

  /** Records the lines of a stream. */
  attach(name: Stream, stream: NodeJS.ReadableStream): void {
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      const lines = (rest + chunk).split(/\r?\n/);
      rest = lines.pop() ?? '';
      for (const line of lines) this.#add(name, line);
    });
    stream.on('end', () => {
      if (rest !== '') this.#add(name, rest);
    });
  }

  /**
   * Waits for a line behind the last awaited line of its stream.
   *
   * @param expected the whole line, or a pattern for a part of it
   */
  async line(expected: string | RegExp, ms = PATIENCE_MS): Promise<string> {
    const matches = (text: string): boolean =>
      typeof expected === 'string' ? text === expected : expected.test(text);
    const found = this.#find(matches);
    if (found !== undefined) return found;
    return await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiter = undefined;
        reject(new Error(`no line ${String(expected)} within ${ms} ms`));
      }, ms);
      this.#waiter = {
        matches,
        resolve: (text) => {
          clearTimeout(timer);
          resolve(text);
        },
      };
    });
  }

  /** Waits for several lines in any order. */
  async inAnyOrder(...expected: readonly (string | RegExp)[]): Promise<string[]> {
    const start = { ...this.#cursors };
    const end = { ...start };
    const found: string[] = [];
    for (const one of expected) {
      this.#cursors = { ...start };
      found.push(await this.line(one));
      end.stdout = Math.max(end.stdout, this.#cursors.stdout);
      end.stderr = Math.max(end.stderr, this.#cursors.stderr);
    }
    this.#cursors = end;
    return found;
  }

  /** Every line of a stream so far. */
  lines(stream: Stream): string[] {
    return this.entries.filter((entry) => entry.stream === stream).map(({ text }) => text);
  }

  /** Number of matching lines so far. */
  count(pattern: RegExp): number {
    return this.entries.filter(({ text }) => pattern.test(text)).length;
  }

  /** Records what the test does, between the lines of the process. */
  note(text: string): void {
    this.#add('stderr', `--- ${text}`);
  }

  /** All lines with their time; `>` marks the awaited ones. */
  toString(): string {
    const lines = this.entries.map(
      ({ stream, text, at, isAwaited }) =>
        `${isAwaited ? '>' : ' '}${at.toFixed(0).padStart(6)} ms ${stream} | ${text}`,
    );
    return `transcript:\n${lines.join('\n')}`;
  }

  #add(stream: Stream, text: string): void {
    this.entries.push({ stream, text, at: performance.now() - this.#startedAt });
    const found = this.#waiter && this.#find(this.#waiter.matches);
    if (found === undefined) return;
    const { resolve } = this.#waiter!;
    this.#waiter = undefined;
    resolve(found);
  }

  #find(matches: (text: string) => boolean): string | undefined {
    for (const [i, entry] of this.entries.entries()) {
      if (i < this.#cursors[entry.stream] || !matches(entry.text)) continue;
      entry.isAwaited = true;
      this.#cursors[entry.stream] = i + 1;
      return entry.text;
    }
    return undefined;
  }
}
