// Makes a standby wait behind its preloads, which are transpilers: Node is given this file as its last preload. Threads of the app
// inherit the option and do not wait.
import { LATE_GATE } from '../protocol/control.cts';

const holder = globalThis as { [LATE_GATE]?: () => void };
const wait = holder[LATE_GATE];
delete holder[LATE_GATE];
wait?.();
Reflect.deleteProperty(require.cache, __filename);
