// Makes a standby link modules and wait behind its preloads: Node is given this file as its last preload, and awaits it. Threads of
// the app inherit the option and do not wait.
import { LATE_GATE } from '../protocol/control.cts';

const holder = globalThis as { [LATE_GATE]?: () => Promise<void> };
const wait = holder[LATE_GATE];
delete holder[LATE_GATE];
if (wait) await wait();
