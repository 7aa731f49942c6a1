// Entry of `autoreload/register`, and the only module with effects at the top level: decides which role this process
// has, and loads that role's code only. As supervisor it never comes to an end here, which keeps the app out of
// this process.
import { getEnvironmentData, isMainThread } from 'node:worker_threads';
import { SUPERVISED_KEY } from './protocol/control.cts';
import { isProgram } from './shared/process-role.ts';

if (isMainThread && getEnvironmentData(SUPERVISED_KEY) === undefined && isProgram(process)) {
  const { main } = await import('./supervisor/main.ts');
  await main();
}
