// What the supervisor preloads into a child, in front of everything of the user's. Composes the loader; the only
// file here with effects at the top level. A worker thread of the child runs it too.
import module from 'node:module';
import { dirname, sep } from 'node:path';
import { CHILD_KEY } from '../protocol.cts';
import { stripPreload } from '../preload-option.cts';
import { hideChannel, listen, onDisconnect } from './control.cts';
import { install } from './install.cts';
import { ENTRY, newProgress, RECORDS } from './recorder.cts';
import type { Progress } from './recorder.cts';
import { hasLane, send } from './lane.cts';
import { reportSpawned } from './spawned.cts';

/** The app may replace these, as a fake clock does. */
const { setTimeout } = globalThis;
const { now } = Date;
const kill = process.kill.bind(process);

/** Loading has come to rest when the loop was free this many ms without a record. Off-thread hooks take longer for one. */
const REST_MS = 'registerHooks' in module ? 15 : 100;

/** The guard needs less than this many ms, and must find the links between processes as they were. */
const ALONE_MS = 600;

/** An entry that is not seen by then comes in a way that the hooks do not see. */
const MAX_CHECKS = 100;

const stripped = stripPreload(process.env['NODE_OPTIONS'] ?? '', __filename);
if (stripped) {
  const { inherited } = stripped;
  // What the app starts must not find us in its environment.
  if (inherited === undefined) delete process.env['NODE_OPTIONS'];
  else process.env['NODE_OPTIONS'] = inherited;
  if (hasLane()) startMainThread();
} else if (hasLane()) {
  // A worker thread: its main thread has taken the option away already.
  install(newProgress(), false);
  reportSpawned();
}

// Nor must the app find our files among its modules.
for (const path of Object.keys(require.cache)) {
  if (path.startsWith(dirname(__dirname) + sep)) Reflect.deleteProperty(require.cache, path);
}

function startMainThread(): void {
  const progress = newProgress();
  Object.defineProperty(process, CHILD_KEY, { value: true });
  reportSpawned();
  listen((message) => {
    if (message.kind === 'stop') endBySignal();
  });
  if (process.env['AUTORELOAD_RELAY'] === undefined) hideChannel(endAlone);
  else onDisconnect(() => send({ kind: 'disconnected' }));
  delete process.env['AUTORELOAD_RELAY'];
  install(progress, true);
  reportUp(progress);
}

/** Tells once when the entry has been loaded and the event loop is free, with the time since when it was so. */
function reportUp(progress: Progress): void {
  let seen = 0;
  let since = 0;
  let checks = 0;
  const check = (): void => {
    const records = Atomics.load(progress, RECORDS);
    const begun = Atomics.load(progress, ENTRY) === 1 || ++checks > MAX_CHECKS;
    if (begun && records === seen) {
      send({ kind: 'up', at: since });
      return;
    }
    seen = begun ? records : 0;
    since = now();
    setTimeout(check, REST_MS).unref();
  };
  setTimeout(check, 0).unref();
}

/** The supervisor is gone. Its guard ends this process and what that has started; this is for the case that it cannot. */
function endAlone(): void {
  setTimeout(() => kill(process.pid, 'SIGKILL'), ALONE_MS).unref();
}

/** Windows has no SIGTERM that a handler could see: runs the app's handlers for it, or ends as the signal would. */
function endBySignal(): void {
  if (!process.emit('SIGTERM', 'SIGTERM')) process.exit(143);
}
