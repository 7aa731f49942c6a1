// The two ways in which the next run comes: it has waited ready, or it is started when it is needed. And the kinds of module
// that can use the API. What holds in one has to hold in the others.
import { until } from './autoreload.ts';
import type { Run } from './autoreload.ts';

export interface Mode {
  readonly name: string;
  readonly env: NodeJS.ProcessEnv;
  /** Waits until the newest run is up, and the next one is ready where it is to be. */
  readonly settled: (app: Run) => Promise<void>;
}

/** Waits until there are more lines of a kind than restarts. */
async function linesOfEachRun(app: Run, pattern: RegExp): Promise<void> {
  await until(`${String(pattern)} of the newest run`, () => app.transcript.count(pattern) > app.restarts);
}

export const MODES: readonly Mode[] = [
  {
    name: 'with a standby',
    env: { AUTORELOAD_LOG: 'debug' },
    settled: (app) => linesOfEachRun(app, / a standby waits /),
  },
  {
    name: 'without a standby',
    env: { AUTORELOAD_STANDBY: '0' },
    settled: (app) => linesOfEachRun(app, / is up in /),
  },
];

export interface Language {
  readonly name: string;
  readonly entry: string;
  /** The statement that gives these exports of a module. */
  readonly load: (names: string, from?: string) => string;
  readonly skip: string | false;
}

const esm = (names: string, from = 'autoreload'): string => `import { ${names} } from '${from}';\n`;
const cjs = (names: string, from = 'autoreload'): string => `const { ${names} } = require('${from}');\n`;

/** Whether this Node takes types away by itself. */
const stripsTypes = Boolean((process.features as { typescript?: unknown }).typescript);

export const LANGUAGES: readonly Language[] = [
  { name: 'an ES module', entry: 'app.mjs', load: esm, skip: false },
  { name: 'CommonJS', entry: 'app.cjs', load: cjs, skip: false },
  {
    name: 'TypeScript',
    entry: 'app.mts',
    load: (names, from) => `${esm(names, from)}{\n  const typed: number = 1;\n  void typed;\n}\n`,
    skip: !stripsTypes && 'needs type stripping: Node 22.18+',
  },
];

/** All kinds of modules with a standby; without one it is enough to know that one of them does the same. */
export function languagesIn(mode: string): readonly Language[] {
  return mode === MODES[0]?.name ? LANGUAGES : LANGUAGES.slice(0, 1);
}

/** What keeps a program there. */
export const STAY = 'setInterval(() => {}, 1000);\n';
