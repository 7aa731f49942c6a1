// The process that the user has started to supervise a program, which it has to itself: its signals, its terminal, its
// launcher and its end. Where a tool supervises a program, there is none: that process is the tool's.
import { Keyboard } from './keyboard.ts';
import { IpcRelay } from '../runs/ipc-relay.ts';
import { leave } from './mirror-exit.ts';
import { systemScheduler } from '../util/scheduler.ts';
import { onContinued, onDebugSignal, onEndingSignal, onRestartSignal } from './signals.ts';
import type { Ended } from '../lifecycle/state.ts';
import { TtySettings } from './tty-settings.ts';
import { typedLines } from './tty-lines.ts';

/** Where what happens to the process goes. */
export interface HostEvents {
  /** It is to end. */
  readonly onSignal: (signal: NodeJS.Signals) => void;
  /** The program is to be debugged. */
  readonly onDebugSignal: () => void;
  /** The program is to be restarted. */
  readonly onRestart: (message: string) => void;
  /** The user has typed what means nothing. */
  readonly onOtherInput: () => void;
  /** A bug of ours. */
  readonly onInternalError: (error: Error) => void;
}

export class Host {
  readonly launcher: IpcRelay = new IpcRelay(process);
  /** What the user types, while the program does not read it. */
  readonly keyboard: Keyboard = new Keyboard(typedLines, systemScheduler);
  readonly #terminal = new TtySettings();
  #removeSignalHandlers = (): void => {};

  /** Takes the process over. */
  begin(events: HostEvents): void {
    // A bug of ours must neither end the program nor hide its errors.
    process.on('uncaughtException', events.onInternalError);
    this.#terminal.save();
    this.#removeSignalHandlers = onEndingSignal(events.onSignal);
    onDebugSignal(events.onDebugSignal);
    onRestartSignal(() => events.onRestart('SIGUSR2'));
    this.keyboard.begin({ onRestart: events.onRestart, onOther: events.onOtherInput });
    onContinued(() => this.keyboard.look());
  }

  /**
   * A run has ended. At other signals than these Node sets the terminal right itself. One that has waited makes it as it was
   * when that was booted: the run before may have had it in raw mode.
   */
  runEnded({ signal }: Ended, hasWaited: boolean): void {
    if (hasWaited || (signal && signal !== 'SIGTERM' && signal !== 'SIGINT')) this.#terminal.restore();
  }

  /** Ends this process as the program has ended. */
  leave(ended: Ended): void {
    this.keyboard.close();
    this.#removeSignalHandlers();
    leave(ended);
  }
}
