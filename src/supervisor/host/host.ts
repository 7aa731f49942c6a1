// Takes over the process that the user started to supervise one program: its signals, terminal, IPC channel and exit. A supervisor
// that a tool creates has no host: the process belongs to the tool.
import { constants } from 'node:os';
import { isatty } from 'node:tty';
import type { Ended } from '../lifecycle/state.ts';
import { EXIT_SIGNALS } from '../runs/early-child.ts';
import type { EarlyChild } from '../runs/early-child.ts';
import { IpcRelay } from '../handover/ipc-relay.ts';
import { systemScheduler } from '../util/scheduler.ts';
import { Keyboard } from './keyboard.ts';
import type { KeyboardEvents } from './keyboard.ts';
import { terminal } from './terminal.ts';

/** Signals that kill this process too, without a second core dump. */
const MIRRORED: ReadonlySet<string> = new Set(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL', 'SIGALRM']);

/** Time after which a signal to this process itself should have killed it (ms). */
const DEATH_MS = 100;

/** Whether `process.exit` crashes after the terminal has been closed: it restores the settings of the terminal (nodejs/node, ResetStdio). */
const NEEDS_TERMINAL = process.versions.node.startsWith('20.');

export interface HostEvents extends KeyboardEvents {
  /** A signal asks this process to exit. Whether the process group received it too: processes/guard.ts. */
  readonly onExitSignal: (signal: NodeJS.Signals) => void;
  /** SIGUSR1, by which Node would open an inspector in this process. */
  readonly onDebugSignal: () => void;
  /** A bug of autoreload has thrown. */
  readonly onInternalError: (error: Error) => void;
}

/** What a process that exists for the program alone has done before. */
export interface TakeOver {
  /** Restores the settings that the terminal had before the first run was started. */
  readonly restoreTerminal: () => void;
  /** The first run, if it has been started. */
  readonly early?: EarlyChild | undefined;
}

export class Host {
  readonly ipcRelay: IpcRelay = new IpcRelay(process);
  readonly keyboard: Keyboard;
  readonly #events: HostEvents;
  readonly #restoreTerminal: () => void;
  /** The standard streams that are terminals. */
  readonly #terminals = [0, 1, 2].filter(isatty);

  constructor(events: HostEvents, { restoreTerminal }: TakeOver) {
    this.#events = events;
    this.#restoreTerminal = restoreTerminal;
    this.keyboard = new Keyboard(terminal, events, systemScheduler);
    // A bug of autoreload must neither stop the program nor hide its errors.
    process.on('uncaughtException', events.onInternalError);
    for (const name of EXIT_SIGNALS) process.on(name, events.onExitSignal);
    // Windows has only the exit signals. SIGCONT: this process resumes after Ctrl-Z, in the foreground or in the background.
    if (process.platform !== 'win32')
      process
        .on('SIGUSR1', events.onDebugSignal)
        .on('SIGUSR2', () => events.onRestart('SIGUSR2'))
        .on('SIGCONT', () => this.keyboard.update());
  }

  /**
   * Restores the terminal after a run. After SIGTERM, SIGINT and an exit Node has done so itself, to the settings at its start.
   *
   * @param mayChangeTerminal whether these settings may be those of an earlier run in raw mode (a standby), or no Node has run
   */
  runExited({ signal }: Ended, mayChangeTerminal: boolean): void {
    if (mayChangeTerminal || (signal && signal !== 'SIGTERM' && signal !== 'SIGINT')) this.#restoreTerminal();
  }

  /** Exits this process as the run did: by the same signal, or else with {@link exitCode}. */
  exit(ended: Ended): void {
    this.keyboard.leave();
    // Signals have their default effect again.
    for (const name of EXIT_SIGNALS) process.off(name, this.#events.onExitSignal);
    const isHungUp = NEEDS_TERMINAL && !this.#terminals.every(isatty);
    const signal = isHungUp ? 'SIGHUP' : ended.signal;
    const exit = (): never => process.exit(exitCode(ended));
    if (!signal || !MIRRORED.has(signal) || process.platform === 'win32') return exit();
    process.kill(process.pid, signal);
    // The first process of a container ignores signals from itself.
    setTimeout(exit, DEATH_MS);
  }
}

/** Returns the exit code that stands for the exit of a run: its code, or 128 plus the number of its signal. */
export function exitCode({ code, signal }: Ended): number {
  return signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1);
}
