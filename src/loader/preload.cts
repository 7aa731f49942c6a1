// Composes the loader in a child, before any code of the user runs. Descendants of the child run it too: worker threads, and
// processes that the app forks or spawns. Only this file has effects at the top level.
import { OWN_FOLDER, realPath } from '../shared/paths.cts';
import module from 'node:module';
import { isMainThread, parentPort } from 'node:worker_threads';
import {
  GATE_VARIABLE,
  HELD_VARIABLE,
  LANE_FD,
  LATE_GATE,
  LANE_VARIABLE,
  parseInherited,
  RELAY_VARIABLE,
} from '../protocol/control.cts';
import type { ControlMessage } from '../protocol/control.cts';
import { trackImports } from '../node-internals/evaluation.cts';
import { beforeCall, beforeReallyExit, nodeOptions } from '../node-internals/process.cts';
import { hideOptions, preloadArgument, stripPreload } from '../shared/preload-option.cts';
import { askApp, hasOwnLoop, offerApi } from './app/app-api.cts';
import { saveState } from './app/preserve.cts';
import { reapOrphanSoon } from './app/reap-orphan.cts';
import { markSupervised, processAddress, workerAddress } from './descendants/lane-address.cts';
import type { Address } from './descendants/lane-address.cts';
import { reportCrashes } from './app/report-crash.cts';
import { hideChannel, isGiving, listen, onNextMessage, watchChannel } from './channel/control-channel.cts';
import { shutDown } from './app/shutdown.cts';
import { guardExit, openInspector, releaseDebuggers, reportInspector } from './app/inspector.cts';
import { linkAndWaitAtGate, waitAtGate } from './standby/gate.cts';
import { install } from './hooks/install-hooks.cts';
import { expectFound } from './hooks/previous-run.cts';
import { flush, openLane, pipeAt, send } from './channel/record-writer.cts';
import { instrumentProcesses } from './descendants/instrument-processes.cts';
import { isInProject } from './descendants/project-root.cts';
import { obeyPrimary } from './sockets/cluster-worker.cts';
import { holdSockets } from './sockets/hold-sockets.cts';
import { releaseUnclaimedSoon } from './sockets/inherited-sockets.cts';
import { watchInput } from './app/detect-stdin-reads.cts';
import { instrumentWorkers } from './descendants/instrument-workers.cts';

/** The app may replace these, as a fake clock does. */
const { setTimeout } = globalThis;
const { now } = Date;

/** Time without a record and with an idle event loop after which loading counts as complete (ms). Off-thread hooks are slower. */
const QUIET_MS = 'registerHooks' in module ? 15 : 100;

/** Times after which it is reported that the entry is still being evaluated; the last one counts as long (ms). */
const LOADING_MS = [1000, 10_000];

/** Time after which the program counts as up although the event loop is busy (ms). */
const BUSY_MS = 10_000;

begin();

// The app must not find our files among its modules.
for (const path of Object.keys(require.cache)) {
  if (path.startsWith(OWN_FOLDER)) Reflect.deleteProperty(require.cache, path);
}

/** Determines the role of this process or thread, and begins it. */
function begin(): void {
  const stripped = stripPreload(process.env['NODE_OPTIONS'] ?? '');
  // Processes that the app starts must not inherit the option.
  if (stripped?.inherited !== undefined) process.env['NODE_OPTIONS'] = stripped.inherited;
  else if (stripped) delete process.env['NODE_OPTIONS'];
  const hidden = hideOptions();
  if (!isMainThread) {
    join(workerAddress());
    return;
  }
  if (!stripped && !hidden.includes(preloadArgument())) return;
  markSupervised();
  const address = take(LANE_VARIABLE);
  if (address === undefined) joinChild(pipeAt(LANE_FD));
  else joinProcess(processAddress(address));
}

/** Removes a variable from the environment and returns its value. */
function take(variable: string): string | undefined {
  const value = process.env[variable];
  delete process.env[variable];
  return value;
}

/** Begins the child: the process that the supervisor has started. */
function joinChild(pipe: string | undefined): void {
  if (pipe === undefined) return;
  const gate = take(GATE_VARIABLE);
  const isGateBeforeHooks = gate === 'early' && runsUserCodeEarly();
  const handed = take(HELD_VARIABLE);
  if (isGateBeforeHooks) waitAtGate(false);
  const count = startRecording({ fd: LANE_FD, pipe }, true, gate === 'linked');
  reportCrashes();
  listen(obey);
  if (handed !== undefined) holdSockets(parseInherited(handed));
  if (nodeOptions().includes('--inspect')) guardExit();
  const isRelayed = take(RELAY_VARIABLE) !== undefined;
  watchChannel(() => reapOrphanSoon(isRelayed));
  if (!isRelayed) hideChannel();
  // The supervisor cannot notice it: the channel of an exiting child closes too, before its exit is known.
  else beforeCall(process, 'disconnect', () => send({ kind: 'disconnected' }));
  offerApi(true);
  if (gate === 'early' && !isGateBeforeHooks) waitAtGate();
  if (gate === 'late') setLateGate(() => waitAtGate());
  // The event loop runs while modules are linked.
  if (gate === 'linked') setLateGate(() => linkAndWaitAtGate().then(() => onBegun(count)));
  else onBegun(count);
}

/** The run has begun. */
function onBegun(count: Int32Array): void {
  Atomics.store(count, 1, 1);
  reportUp(count);
}

/** Offers a gate to the preload behind those of the user. */
function setLateGate(value: () => unknown): void {
  Object.defineProperty(globalThis, LATE_GATE, { value, configurable: true });
}

/**
 * Whether our hooks or the ES module loader would run code of the user before the gate: hooks of `--loader`, and on a Node without
 * `registerHooks` the preloads, which Node's thread for hooks runs too.
 */
function runsUserCodeEarly(): boolean {
  const options = nodeOptions();
  return (
    /(^| )--(experimental-)?loader\b/.test(options) ||
    (!('registerHooks' in module) && /(^| )(-r|--require)\b/.test(options))
  );
}

/** Begins a process that the app has started. A tool such as npm is not recorded, but may start a file of the project. */
function joinProcess(address: Address | undefined): void {
  if (address?.project === undefined || isInProject(realPath(process.argv[1] ?? ''), address.project)) {
    join(address);
    return;
  }
  openLane(address.fd);
  watchInput();
  instrumentProcesses(address);
}

/** Begins a worker thread, Node's own thread for hooks, or a process that runs a file of the project. */
function join(address: Address | undefined): void {
  if (!address) return;
  offerApi(false);
  startRecording(address, false);
  if (address.isClusterWorker && isMainThread) obeyPrimary();
}

/**
 * Records the modules that this thread loads and the processes and threads that it starts.
 *
 * @param isChild whether this is the child, and no thread or process that it has started
 * @param isLinked whether it links modules before its turn
 * @returns see {@link ModuleRecorderOptions.count}
 */
function startRecording(address: Address, isChild: boolean, isLinked = false): Int32Array {
  const { fd, starter } = address;
  const count = new Int32Array(new SharedArrayBuffer(8));
  openLane(fd);
  beforeReallyExit(() => {
    saveState();
    flush();
  });
  watchInput();
  instrumentProcesses(address);
  instrumentWorkers(address, isLinked);
  // Node's thread for hooks has no parent port.
  install(
    { count, starter, lane: fd, isLinked },
    isMainThread || parentPort !== null,
    isChild && isMainThread,
  );
  return count;
}

/** Handles a control message of the supervisor. */
function obey(message: ControlMessage): void {
  switch (message.kind) {
    case 'stop':
      releaseDebuggers();
      void shutDown(message);
      break;
    case 'ask':
      void askApp(message.round, message.files);
      break;
    case 'relayed':
      onNextMessage(() => send({ kind: 'received', n: message.n }));
      break;
    case 'inspected':
      reportInspector();
      break;
    case 'inspect':
      openInspector(message.host, message.port);
      break;
  }
}

/** Reports once that the entry has been evaluated and the event loop is idle, and since when. */
function reportUp(count: Int32Array): void {
  const imports = trackImports();
  let seen = -1;
  let begun: number | undefined;
  let reports = 0;
  // The first check is never free: the loop has not run before.
  let since = 0;
  const check = (): void => {
    begun ??= now();
    const age = now() - begun;
    const isPending = imports.isPending() && !hasOwnLoop();
    if (isPending && age >= (LOADING_MS[reports] ?? Infinity)) {
      reports++;
      send({ kind: 'loading', at: now(), isLong: reports === LOADING_MS.length });
    }
    // A late timer means that the loop was busy, perhaps with the evaluation of modules. A socket on its way to the supervisor
    // would be missing in the line that says where the program listens.
    const isFree = (now() - since < 2 * QUIET_MS && !isGiving()) || age >= BUSY_MS;
    const records = Atomics.load(count, 0);
    if (!isPending && isFree && records === seen) {
      imports.release();
      expectFound([]);
      send({ kind: 'up', at: since });
      releaseUnclaimedSoon();
      return;
    }
    seen = isPending ? -1 : records;
    since = now();
    setTimeout(check, QUIET_MS).unref();
  };
  setTimeout(check, 0).unref();
}
