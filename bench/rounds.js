// Measures one program under all watchers, in rounds: each watcher restarts it once per round, so that all see the same
// noise.
import { Failure, Instance } from './instance.js';
import { tree, treeMemory } from './proc.js';
import { pause } from './program.js';

const IDLE_MS = 10_000;
/** Consecutive failures after which a watcher is skipped. */
const GIVE_UP = 2;

export const PLAIN = 'plain node';

/** The figures by watcher: lists with one value per round, and single values. */
export async function measure(program, { watchers, cold, env, packages }, rounds, report) {
  const plain = new Instance(program, { call: cold(program), env, packages });
  const first = new Instance(program, { call: watchers.autoreload.call(program), env, packages });
  const runs = Object.entries(watchers).flatMap(([name, watcher]) => {
    const form = watcher.form ? program[watcher.form] : program;
    const call = form && watcher.call(form);
    if (!call) return [];
    const options = { call, env: { ...env, ...watcher.env }, packages, foreign: watcher.foreign };
    return [new Run(name, new Instance(form, options), report)];
  });
  const starts = [];
  const data = { [PLAIN]: { line: [], response: [] } };
  try {
    for (const run of runs) {
      await run.attempt(async (instance) => {
        await instance.restart();
        await instance.rest();
      });
    }
    for (let round = 0; round < rounds; round++) {
      await once(plain, false, ({ line }) => data[PLAIN].line.push(line));
      await once(plain, true, ({ response }) => data[PLAIN].response.push(response));
      await once(first, false, ({ line }) => starts.push(line));
      // The order rotates, so that no watcher always follows the same other.
      for (let i = 0; i < runs.length; i++) await runs[(round + i) % runs.length].round();
    }
    await idle(runs);
    for (const run of runs) await run.end();
    for (const run of runs) await run.weigh();
    await once(plain, false, async () => {
      await plain.rest();
      data[PLAIN].memory = treeMemory(plain.pid);
    });
    for (const run of runs) if (run.data.line.length > 0) data[run.name] = run.data;
    if (data.autoreload) data.autoreload.start = starts;
    return data;
  } finally {
    for (const instance of [plain, first, ...runs.map((run) => run.instance)]) await instance.remove();
  }
}

/** One watcher and its figures. */
class Run {
  data = { line: [], response: [], refused: [], failed: [], cpu: [], failures: [] };
  #started = false;
  #inARow = 0;
  #report;

  constructor(name, instance, report) {
    this.name = name;
    this.instance = instance;
    this.#report = report;
  }

  get isUp() {
    return this.#started;
  }

  /** Runs a measurement. After a failure the watcher is started again next time. */
  async attempt(action) {
    if (this.#inARow >= GIVE_UP) return;
    try {
      if (!this.#started) {
        this.#started = true;
        await this.instance.start();
        await this.instance.rest();
      }
      await action(this.instance);
      this.#inARow = 0;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.data.failures.push(error.message);
      this.#inARow++;
      const out = this.#inARow === GIVE_UP ? ', and is left out of the rest' : '';
      this.#report(`${this.name}: ${error.message}${out}`);
      await this.end();
    }
  }

  /** Two restarts: one without requests, because requests take CPU time, and one under requests. */
  async round() {
    await this.attempt(async (instance) => {
      const before = instance.time;
      const { line } = await instance.restart();
      await instance.rest();
      this.data.line.push(line);
      this.data.cpu.push(instance.time - before);
      const polled = await instance.restart(true);
      for (const key of ['response', 'refused', 'failed']) this.data[key].push(polled[key]);
      await instance.rest();
    });
  }

  /** Memory, while no other watcher runs that could share pages. */
  async weigh() {
    await this.attempt(async (instance) => {
      await instance.restart();
      await instance.rest();
      this.data.processes = tree(instance.pid).length;
      this.data.memory = treeMemory(instance.pid);
    });
    await this.end();
  }

  async end() {
    await this.instance.end();
    this.#started = false;
  }
}

/** Starts and stops once. A hang does not lose the other figures. */
async function once(instance, polled, action) {
  try {
    await action(await instance.start(polled));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  } finally {
    await instance.end();
  }
}

/** CPU time at rest, of all watchers at the same time. */
async function idle(runs) {
  const up = runs.filter((run) => run.isUp);
  const before = up.map(({ instance }) => instance.time);
  await pause(IDLE_MS);
  for (const [i, run] of up.entries()) run.data.idle = run.instance.time - before[i];
}
