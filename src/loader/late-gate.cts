// The gate of a standby whose preloads are transpilers: it stands behind them. Given to Node as its last preload. The threads
// of the app have that option, too, and go on at once.
import { isMainThread } from 'node:worker_threads';
import { waitAtGate } from './gate.cts';
import { hideFiles } from './hide-files.cts';

if (isMainThread) waitAtGate(true);
hideFiles();
