// Takes over the process that the user started to supervise one program: its signals, terminal, IPC channel and exit. A supervisor
// that a tool creates has no host: the process belongs to the tool.
import type { Ended } from '../lifecycle/state.ts';
import { IpcRelay } from '../runs/ipc-relay.ts';
import { systemScheduler } from '../util/scheduler.ts';
import { Keyboard } from './keyboard.ts';
import type { KeyboardEvents } from './keyboard.ts';
import { exitLike, listenToSignals } from './signals.ts';
import type { SignalHandlers } from './signals.ts';
import { ttyLines } from './tty-lines.ts';
import { TtySettings } from './tty-settings.ts';

export interface HostEvents extends KeyboardEvents, Pick<SignalHandlers, 'onExitSignal' | 'onDebugSignal'> {
  /** A bug of autoreload has thrown. */
  readonly onInternalError: (error: Error) => void;
}

export class Host {
  readonly ipcRelay: IpcRelay = new IpcRelay(process);
  readonly keyboard: Keyboard = new Keyboard(ttyLines, systemScheduler);
  readonly #ttySettings = new TtySettings();
  #removeSignalHandlers = (): void => {};

  takeOver(events: HostEvents): void {
    // A bug of autoreload must neither stop the program nor hide its errors.
    process.on('uncaughtException', events.onInternalError);
    this.#ttySettings.save();
    this.#removeSignalHandlers = listenToSignals({
      ...events,
      onRestartSignal: () => events.onRestart('SIGUSR2'),
      onResume: () => this.keyboard.update(),
    });
    this.keyboard.listen(events);
  }

  /**
   * Restores the terminal after a run. After SIGTERM, SIGINT and an exit Node has done so itself, to the settings at its start.
   *
   * @param mayChangeTerminal whether these settings may be those of an earlier run in raw mode (a standby), or no Node has run
   */
  runExited({ signal }: Ended, mayChangeTerminal: boolean): void {
    if (mayChangeTerminal || (signal && signal !== 'SIGTERM' && signal !== 'SIGINT'))
      this.#ttySettings.restore();
  }

  /** Exits this process as the program did. */
  exit(ended: Ended): void {
    this.keyboard.close();
    this.#removeSignalHandlers();
    exitLike(ended);
  }
}
