// The process that answers in place of a program that is down. Gets reports on stdin, a line each, and listening sockets
// as descriptors; ends when stdin does. Started by src/supervisor/crash-page.ts.
import { createInterface } from 'node:readline';
import { parseReport } from '../shared/crash-report.ts';
import { PageServer } from './server.ts';

/** Descriptor of the first socket. How many there are is the argument. */
const FIRST_FD = 3;

const fds = Array.from({ length: Number(process.argv[2]) }, (_, index) => FIRST_FD + index);
let server: PageServer | undefined;

// Signals to the whole process group are for the program and its supervisor, with whom this process ends.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGUSR1'] as const) process.on(signal, () => {});

const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
lines.on('line', (line) => {
  const report = parseReport(line);
  if (server) server.show(report);
  else server = new PageServer(report, fds);
});
lines.once('close', () => void Promise.resolve(server?.close()).then(() => process.exit(0)));
