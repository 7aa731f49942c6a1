// Runs one program under one watcher: starts it, saves files, measures, stops it.
import fs from 'node:fs';
import { join } from 'node:path';
import { freePort, poll } from './poll.js';
import { treeTime } from './proc.js';
import { makeProgram, ms, pause, removeFolder } from './program.js';
import { start } from './running.js';

/** Timeout for a start or a response (ms). */
const HANGING_MS = 20_000;
/** Timeout for a restart after a save; then the save counts as missed (ms). */
const MISSED_MS = 15_000;
/** A process tree without CPU use for this long is at rest (ms). autoreload starts a standby after 100 ms. */
const QUIET_MS = 400;
const AT_REST_MS = 5000;

const FIRST_LINE = /^first line (\d+) of (\d+)/;

/** A watcher that did not do its job; the message is a few words. */
export class Failure extends Error {}

export class Instance {
  #program;
  #call;
  #env;
  #foreign;
  #app;
  #port;
  #version = 0;
  #dir;

  /** `call`: command and arguments. `foreign`: its clock is not that of Node. */
  constructor(program, { call, env, packages, foreign = false }) {
    this.#program = program;
    this.#call = call;
    this.#env = env;
    this.#foreign = foreign;
    this.#dir = makeProgram(program.files, packages);
  }

  get pid() {
    return this.#app.pid;
  }

  /** CPU time of the process tree so far (ms). */
  get time() {
    return treeTime(this.pid);
  }

  /**
   * Starts the program with a version that no cache contains. Returns the time to the first line, and if `polled` to the
   * first response.
   */
  async start(polled = false) {
    this.#save();
    this.#port = await freePort();
    const before = process.hrtime.bigint();
    this.#app = start(this.#dir, this.#call.args, {
      command: this.#call.command,
      env: { ...this.#env, PORT: String(this.#port) },
    });
    const answer = polled && poll(this.#port, this.#version, HANGING_MS);
    const line = await this.#firstLine(HANGING_MS);
    if (!polled && line === undefined) throw new Failure('did not start');
    const { at } = await (answer || poll(this.#port, this.#version, HANGING_MS));
    if (at === undefined) throw new Failure('did not answer');
    return { line: line && ms(before, line), response: ms(before, at) };
  }

  /** Saves a new version. Returns the time to the first line, or if `polled` to the first response with request counts. */
  async restart(polled = false) {
    const before = process.hrtime.bigint();
    this.#save();
    const answer = polled && poll(this.#port, this.#version, HANGING_MS);
    const line = await this.#firstLine(MISSED_MS);
    const result = await answer;
    if (line === undefined) throw new Failure('missed a save');
    if (!polled) return { line: ms(before, line) };
    if (result.at === undefined) throw new Failure('did not answer');
    return { line: ms(before, line), response: ms(before, result.at), ...result };
  }

  /** Saves another file, with a new comment. Returns the time to the first line. */
  async edit(path) {
    const before = process.hrtime.bigint();
    fs.appendFileSync(join(this.#dir, path), `// ${before}\n`);
    const line = await this.#firstLine(MISSED_MS);
    if (line === undefined) throw new Failure('missed a save');
    return { line: ms(before, line) };
  }

  /** Waits until background work is done, so that it does not disturb a measurement. */
  async rest() {
    let quiet = process.hrtime.bigint();
    const begun = quiet;
    let time = this.time;
    for (;;) {
      await pause(50);
      const now = process.hrtime.bigint();
      const taken = this.time;
      if (taken !== time) [time, quiet] = [taken, now];
      if (ms(quiet, now) >= QUIET_MS || ms(begun, now) >= AT_REST_MS) return;
    }
  }

  async end() {
    await this.#app?.end();
    this.#app = undefined;
  }

  async remove() {
    await this.end();
    removeFolder(this.#dir);
  }

  #save() {
    const { path, content } = this.#program.version;
    this.#version++;
    fs.writeFileSync(join(this.#dir, path), content(this.#version));
  }

  async #firstLine(timeout) {
    for (const end = Date.now() + timeout; ;) {
      const line = await this.#app.line(FIRST_LINE, Math.max(1, end - Date.now()));
      if (line === undefined) return undefined;
      if (Number(line.match[2]) === this.#version) return this.#foreign ? line.at : BigInt(line.match[1]);
    }
  }
}
