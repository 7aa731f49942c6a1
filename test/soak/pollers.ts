// Clients that poll the program on new connections and over keep-alive, and count the requests without a response.
import http from 'node:http';
import { ask } from '../helpers/clients.ts';
import { pause } from '../helpers/saves.ts';

/** Pause between two requests of a client (ms). */
const PAUSE_MS = 15;

/** Timeout for a response (ms). */
const TIMEOUT_MS = 60_000;

export interface Miss {
  readonly kind: 'refused' | 'unanswered';
  readonly text: string;
}

export class Pollers {
  readonly misses: Miss[] = [];
  requests = 0;
  readonly #port: number;
  readonly #ended = new AbortController();
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  readonly #pending = new Set<Promise<void>>();
  /** Requests that were pending since this time may have lost their connection with a killed process. */
  #killedAt = -Infinity;
  #mayFailUntil = -Infinity;

  constructor(port: number) {
    this.#port = port;
    this.#add(this.#loop(false));
    this.#add(this.#loop(this.#agent));
  }

  /** Sends a request whose response takes a while. */
  askSlowly(): void {
    this.#add(this.#ask('/slow', false));
  }

  /** A process is killed: what it was serving has no response. */
  onKill(): void {
    this.#killedAt = performance.now();
    this.#mayFailUntil = Infinity;
  }

  /** The killed process does not exist any more. */
  onGone(): void {
    this.#mayFailUntil = performance.now() + 20;
  }

  /** Stops the clients. After the kill of a supervisor, nothing answers any more. */
  async end(): Promise<void> {
    this.#ended.abort();
    await Promise.all(this.#pending);
    this.#agent.destroy();
  }

  #add(one: Promise<void>): void {
    this.#pending.add(one);
    void one.then(() => this.#pending.delete(one));
  }

  async #loop(agent: http.Agent | false): Promise<void> {
    while (!this.#ended.signal.aborted) {
      await this.#ask('/', agent);
      await pause(PAUSE_MS);
    }
  }

  async #ask(path: string, agent: http.Agent | false): Promise<void> {
    const askedAt = performance.now();
    this.requests++;
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      await ask({ port: this.#port, path, agent, signal });
    } catch (error) {
      const isKilled = askedAt <= this.#mayFailUntil && performance.now() >= this.#killedAt;
      const kind = String(error).includes('ECONNREFUSED') ? 'refused' : 'unanswered';
      if (this.#ended.signal.aborted || isKilled) return;
      const way = agent ? 'keep-alive' : 'a new connection';
      const took = (performance.now() - askedAt).toFixed(0);
      this.misses.push({ kind, text: `${path} over ${way}, after ${took} ms: ${String(error)}` });
    }
  }
}
