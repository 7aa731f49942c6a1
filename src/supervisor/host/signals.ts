// Signals to the supervisor, told as events. Handlers do nothing else.

/** What a terminal, a shell or a service manager sends to end a program. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Tells each signal. Returns what gives the signals their default effect again. */
export function onEndingSignal(tell: (signal: NodeJS.Signals) => void): () => void {
  for (const name of ENDING) process.on(name, tell);
  return () => {
    for (const name of ENDING) process.off(name, tell);
  };
}

/** Tells SIGUSR1, by which Node would open an inspector in this process. Windows does not have it. */
export function onDebugSignal(tell: () => void): void {
  if (process.platform !== 'win32') process.on('SIGUSR1', tell);
}

/** Tells that this process goes on after Ctrl-Z, in the foreground or in the background. Windows does not know it. */
export function onContinued(tell: () => void): void {
  if (process.platform !== 'win32') process.on('SIGCONT', tell);
}

/** Tells SIGUSR2, by which somebody asks for a restart. Windows does not have it. */
export function onRestartSignal(tell: () => void): void {
  if (process.platform !== 'win32') process.on('SIGUSR2', tell);
}
