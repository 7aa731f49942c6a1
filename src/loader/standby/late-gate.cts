// The gate of a standby whose preloads are transpilers: it stands behind them. Given to Node as its last preload. The threads
// of the app have that option, too, and go on at once.
import { LATE_GATE } from '../../protocol/control.cts';

const holder = globalThis as { [LATE_GATE]?: () => void };
const wait = holder[LATE_GATE];
delete holder[LATE_GATE];
wait?.();
Reflect.deleteProperty(require.cache, __filename);
