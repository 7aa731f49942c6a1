// The output of a process, line by line in order, and waiting for what it prints.

/** Nothing that a test waits for takes this long, in ms, unless it never comes. */
export const PATIENCE_MS = 20_000;

export interface Entry {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
  /** When it was seen, ms since the process was started. */
  readonly at: number;
}

interface Waiter {
  readonly matches: (text: string) => boolean;
  readonly resolve: (text: string) => void;
}

export class Transcript {
  readonly entries: Entry[] = [];
  readonly #started = performance.now();
  /** Up to where lines have been waited for. */
  #cursor = 0;
  #waiter: Waiter | undefined;

  /** Takes the lines of a stream. */
  attach(name: Entry['stream'], stream: NodeJS.ReadableStream): void {
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
   * Waits for a line that comes after the last one waited for.
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
        reject(new Error(`no line ${String(expected)} within ${ms} ms\n${this.toString()}`));
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

  /** Waits for several lines in any order: each stream keeps its order only for itself. */
  async inAnyOrder(...expected: readonly (string | RegExp)[]): Promise<string[]> {
    const start = this.#cursor;
    let end = start;
    const found: string[] = [];
    for (const one of expected) {
      this.#cursor = start;
      found.push(await this.line(one));
      end = Math.max(end, this.#cursor);
    }
    this.#cursor = end;
    return found;
  }

  /** Every line of a stream so far. */
  lines(stream: Entry['stream']): string[] {
    return this.entries.filter((entry) => entry.stream === stream).map(({ text }) => text);
  }

  /** How many lines so far match. */
  count(pattern: RegExp): number {
    return this.entries.filter(({ text }) => pattern.test(text)).length;
  }

  toString(): string {
    const lines = this.entries.map(
      ({ stream, text, at }) => `${at.toFixed(0).padStart(6)} ms ${stream} | ${text}`,
    );
    return `transcript:\n${lines.join('\n')}`;
  }

  #add(stream: Entry['stream'], text: string): void {
    this.entries.push({ stream, text, at: performance.now() - this.#started });
    const found = this.#waiter && this.#find(this.#waiter.matches);
    if (found === undefined) return;
    const { resolve } = this.#waiter!;
    this.#waiter = undefined;
    resolve(found);
  }

  #find(matches: (text: string) => boolean): string | undefined {
    for (let i = this.#cursor; i < this.entries.length; i++) {
      const { text } = this.entries[i]!;
      if (!matches(text)) continue;
      this.#cursor = i + 1;
      return text;
    }
    return undefined;
  }
}
