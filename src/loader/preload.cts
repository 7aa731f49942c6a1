// What the supervisor preloads into a child, in front of everything of the user's. Composes the loader; the only
// file here with effects at the top level. The descendants of the child run it too: its worker threads, and what it forks
// or spawns.
import { OWN_FOLDER, realPath } from '../shared/paths.cts';
import module from 'node:module';
import { join } from 'node:path';
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
import { preloadArgument, stripPreload } from '../shared/preload-option.cts';
import { askApp, beginRun, offerApi } from './app/app-api.cts';
import { saveState } from './app/preserve.cts';
import { markSupervised, takeAddress, workerAddress } from './descendants/lane-address.cts';
import type { Address } from './descendants/lane-address.cts';
import { reportCrashes } from './app/report-crash.cts';
import { hideChannel, listen, onDisconnect } from './channel/control-channel.cts';
import { shutDown } from './app/shutdown.cts';
import { guardExit, isDebugged, openInspector, releaseDebuggers, reportInspector } from './app/inspector.cts';
import { waitAtGate } from './standby/gate.cts';
import { hideOptions } from './channel/hidden-options.cts';
import { install } from './hooks/install-hooks.cts';
import { expectNothing } from './hooks/previous-run.cts';
import { flushAtExit, openLane, pipeAt, send } from './channel/record-writer.cts';
import { addressProcesses } from './descendants/instrument-processes.cts';
import { isInProject } from './descendants/project-root.cts';
import { ENTRY, newProgress, RECORDS } from './hooks/module-recorder.cts';
import type { Progress } from './hooks/module-recorder.cts';
import { holdSockets, releaseUnclaimedSoon } from './sockets/hold-sockets.cts';
import { watchInput } from './app/detect-stdin-reads.cts';
import { addressAllWorkers } from './descendants/instrument-workers.cts';

/** What the option of the supervisor's names. */
const ENTRY_PATH = join(__dirname, 'entry.cjs');

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

begin();

// The app must not find our files among its modules.
for (const path of Object.keys(require.cache)) {
  if (path.startsWith(OWN_FOLDER)) Reflect.deleteProperty(require.cache, path);
}

/** Finds out what this process or thread is, and does what is to be done there. */
function begin(): void {
  const stripped = stripPreload(process.env['NODE_OPTIONS'] ?? '', ENTRY_PATH);
  // What the app starts must not find us in its environment.
  if (stripped?.inherited !== undefined) process.env['NODE_OPTIONS'] = stripped.inherited;
  else if (stripped) delete process.env['NODE_OPTIONS'];
  const hidden = hideOptions(isMainThread);
  if (!isMainThread) {
    joinThread(workerAddress());
    return;
  }
  if (!stripped && !hidden.includes(preloadArgument(ENTRY_PATH))) return;
  markSupervised();
  if (process.env[LANE_VARIABLE] === undefined) joinChild(pipeAt(LANE_FD));
  else joinProcess(takeAddress(process.env));
}

/** The child: the one process that the supervisor has started. */
function joinChild(pipe: string | undefined): void {
  if (pipe === undefined) return;
  const progress = newProgress();
  const gate = takeGate();
  const isFirst = gate === 'early' && bringsUserCode();
  const handed = process.env[HELD_VARIABLE];
  delete process.env[HELD_VARIABLE];
  if (isFirst) beginRun(waitAtGate(false));
  record({ fd: LANE_FD, pipe }, progress);
  reportCrashes();
  listen(obey);
  if (handed !== undefined) holdSockets(parseInherited(handed));
  if (isDebugged()) guardExit();
  if (process.env[RELAY_VARIABLE] === undefined) hideChannel(endAlone);
  else onDisconnect(() => send({ kind: 'disconnected' }));
  delete process.env[RELAY_VARIABLE];
  offerApi(true);
  if (gate === 'early' && !isFirst) beginRun(waitAtGate(true));
  if (gate === 'late') leaveGate();
  reportUp(progress);
}

/** Where this child is to wait for its turn, if it is to wait. */
function takeGate(): string | undefined {
  const gate = process.env[GATE_VARIABLE];
  delete process.env[GATE_VARIABLE];
  return gate;
}

/** Leaves the gate to what comes behind the user's preloads. */
function leaveGate(): void {
  Object.defineProperty(globalThis, LATE_GATE, { value: waitAtLateGate, configurable: true });
}

function waitAtLateGate(): void {
  beginRun(waitAtGate(true));
}

/**
 * Whether our hooks or the loader of ES modules would run code of the user's: `--loader`, and before `registerHooks` the
 * preloads, which the thread for hooks has, too.
 */
function bringsUserCode(): boolean {
  const options = [process.env['NODE_OPTIONS'] ?? '', ...process.execArgv].join(' ');
  return (
    /(^| )--(experimental-)?loader\b/.test(options) ||
    (!('registerHooks' in module) && /(^| )(-r|--require)\b/.test(options))
  );
}

/** A process that the app has started. One that runs somebody else's program may start one that runs the user's. */
function joinProcess(address: Address | undefined): void {
  if (!address || pipeAt(address.fd) !== address.pipe) return;
  const { project } = address;
  if (project === undefined || isInProject(realPath(process.argv[1] ?? ''), project)) {
    offerApi(false);
    record(address, newProgress());
    return;
  }
  openLane(address.fd);
  watchInput();
  addressProcesses(ENTRY_PATH, address);
}

/** A worker thread, or a thread of Node's own for hooks, which has no port to a parent. */
function joinThread(address: Address | undefined): void {
  if (!address || pipeAt(address.fd) !== address.pipe) return;
  offerApi(false);
  record(address, newProgress());
}

/** Records what this thread loads, and all that it starts. */
function record(address: Address, progress: Progress): void {
  const { fd, starter } = address;
  openLane(fd);
  flushAtExit(saveState);
  watchInput();
  addressProcesses(ENTRY_PATH, address);
  addressAllWorkers(ENTRY_PATH, address);
  install({ progress, starter, entry: process.argv[1] ?? '', lane: fd }, isMainThread || parentPort !== null);
}

/** Does what the supervisor asks for. */
function obey(message: ControlMessage): void {
  switch (message.kind) {
    case 'stop':
      releaseDebuggers();
      shutDown(message);
      break;
    case 'ask':
      void askApp(message.round, message.files);
      break;
    case 'inspected':
      guardExit();
      reportInspector();
      break;
    case 'inspect':
      guardExit();
      openInspector(message.host, message.port);
      break;
  }
}

/** Tells once when the entry has been loaded and the event loop is free, with the time since when it was so. */
function reportUp(progress: Progress): void {
  let seen = 0;
  let since = 0;
  let checks = 0;
  const check = (): void => {
    const enough = ++checks > MAX_CHECKS;
    const records = Atomics.load(progress, RECORDS);
    const begun = enough || Atomics.load(progress, ENTRY) === 1;
    // The loop was not free if the timer comes late: modules were evaluated, perhaps.
    const free = enough || now() - since < 2 * REST_MS;
    if (begun && free && records === seen) {
      expectNothing();
      send({ kind: 'up', at: since });
      releaseUnclaimedSoon();
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
