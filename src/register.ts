// Entry of `autoreload/register`, and the only module with effects at the top level: decides whether this process becomes a supervisor, and
// loads nothing otherwise. In a supervisor, its top-level await never settles, which keeps the program out of this process.
import { getEnvironmentData, isMainThread } from 'node:worker_threads';
import { SUPERVISED_KEY } from './protocol/control.cts';
import { isProgram } from './shared/process-role.ts';

if (isMainThread && getEnvironmentData(SUPERVISED_KEY) === undefined && isProgram(process)) {
  const { main } = await import('./supervisor/main.ts');
  await main();
}
