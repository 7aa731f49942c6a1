// Runs the process that serves the crash page. Reads reports from stdin, one on each line, inherits listening sockets, and exits
// at the end of stdin. Started by src/supervisor/crash/page-process.ts.
import { createInterface } from 'node:readline';
import { parseReport } from '../shared/crash-report.ts';
import { PageServer } from './server.ts';

/** Descriptor of the first socket. The argument is the number of sockets. */
const FIRST_FD = 3;

const fds = Array.from({ length: Number(process.argv[2]) }, (_, index) => FIRST_FD + index);
let server: PageServer | undefined;

// Signals to the process group are for the program and its supervisor. This process exits with the supervisor.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGUSR1'] as const) process.on(signal, () => {});

const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
lines.on('line', (line) => {
  const report = parseReport(line);
  if (server) server.show(report);
  else server = new PageServer(report, fds);
});
lines.once('close', () => void Promise.resolve(server?.close()).then(() => process.exit(0)));
