// Receives the signals to this process, and lets this process exit as the run did. Decides nothing.
import { constants } from 'node:os';
import type { Ended } from '../lifecycle/state.ts';

/** Signals with which a terminal, a shell or a service manager stops a program. */
const EXIT_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Signals that kill this process too, without a second core dump. */
const MIRRORED: ReadonlySet<string> = new Set(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL', 'SIGALRM']);

/** Time after which a signal to this process itself should have killed it (ms). */
const DEATH_MS = 100;

export interface SignalHandlers {
  /** A signal asks this process to exit. */
  readonly onExitSignal: (signal: NodeJS.Signals) => void;
  /** SIGUSR1, by which Node would open an inspector in this process. */
  readonly onDebugSignal: () => void;
  /** SIGUSR2, a request for a restart. */
  readonly onRestartSignal: () => void;
  /** SIGCONT: this process resumes after Ctrl-Z, in the foreground or in the background. */
  readonly onResume: () => void;
}

/** Listens to signals. Returns a function that restores the default effect of the exit signals. */
export function listenToSignals(handlers: SignalHandlers): () => void {
  const { onExitSignal, onDebugSignal, onRestartSignal, onResume } = handlers;
  for (const name of EXIT_SIGNALS) process.on(name, onExitSignal);
  // Windows has only the exit signals.
  if (process.platform !== 'win32')
    process.on('SIGUSR1', onDebugSignal).on('SIGUSR2', onRestartSignal).on('SIGCONT', onResume);
  return () => {
    for (const name of EXIT_SIGNALS) process.off(name, onExitSignal);
  };
}

/** Returns the exit code that stands for the exit of a run: its code, or 128 plus the number of its signal. */
export function exitCode({ code, signal }: Ended): number {
  return signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1);
}

/** Exits this process as the run did: by the same signal, or else with {@link exitCode}. */
export function exitLike(ended: Ended): void {
  const { signal } = ended;
  if (signal && MIRRORED.has(signal) && process.platform !== 'win32') {
    process.kill(process.pid, signal);
    // The first process of a container ignores signals from itself.
    setTimeout(() => process.exit(exitCode(ended)), DEATH_MS);
  } else process.exit(exitCode(ended));
}
