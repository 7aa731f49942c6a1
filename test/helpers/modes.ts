// The combinations that API tests run in: with and without a standby, and each module kind. The API behaves the same in all of
// them.
import { until } from './autoreload.ts';
import type { Run } from './autoreload.ts';

export interface Mode {
  readonly name: string;
  readonly env: NodeJS.ProcessEnv;
  /** Waits until the newest run is up and, in the mode with a standby, the standby is ready. */
  readonly settled: (app: Run) => Promise<void>;
}

/** Waits until more lines than restarts match a pattern. */
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
  /** Returns the statement that imports these exports of a module. */
  readonly load: (names: string, from?: string) => string;
  readonly skip: string | false;
}

const esm = (names: string, from = 'autoreload'): string => `import { ${names} } from '${from}';\n`;
const cjs = (names: string, from = 'autoreload'): string => `const { ${names} } = require('${from}');\n`;

/** Whether this Node strips types. */
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

/** Every module kind with a standby, and one module kind without. */
export function languagesIn(mode: string): readonly Language[] {
  return mode === MODES[0]?.name ? LANGUAGES : LANGUAGES.slice(0, 1);
}

/** Code that keeps a program running. */
export const STAY = 'setInterval(() => {}, 1000);\n';
