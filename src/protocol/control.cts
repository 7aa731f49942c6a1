// Defines how a supervisor and its child meet: descriptors, environment variables, messages at the gate, control messages
// (supervisor to child), listening sockets (child to supervisor), draining of a cluster (primary and workers). What the child records is in records.cts. Knows nothing of who
// sends a message or of its effect. CommonJS, because the child preloads it.
import type { ChangedFile, RestartReason } from './app-bridge.cts';
import { has, isBoolean, isNumber, isObject, isString, messageOf, optional, parseJson } from './messages.cts';
import type { Check, FieldsOf, MessageOf } from './messages.cts';
import type { UsedBuiltin } from './records.cts';

/** Version of the protocol. Both ends come from the same package: a message with another version is foreign. */
const VERSION = 1;

/** `cmd` of our messages. Node emits a message with this prefix as `internalMessage`, never as `message`. */
const CONTROL_CMD = 'NODE_AUTORELOAD';

/**
 * Descriptor of the lane in a child: a pipe for records, written synchronously. Node marks the descriptors below 16 as
 * close-on-exec when it starts, so that processes of the app inherit the lane only on purpose.
 */
export const LANE_FD = 3;

/** Descriptor of the IPC channel in a child. */
export const CONTROL_FD = 4;

/** Descriptor on which a standby waits for its turn. */
export const GATE_FD = 5;

/** Descriptor of the first listening socket that a child inherits; the others follow. */
export const HELD_FD = 6;

/** Variable with the address of the lane, for processes that the app starts. The preload removes it. */
export const LANE_VARIABLE = 'AUTORELOAD_LANE';

/** Variable: the IPC channel of the child also carries messages of the launcher. The preload removes it. */
export const RELAY_VARIABLE = 'AUTORELOAD_RELAY';

/** Variable: the child waits at the gate. The preload removes it. */
export const GATE_VARIABLE = 'AUTORELOAD_GATE';

/** Variable with the listening sockets that a child inherits; without it the child holds none. The preload removes it. */
export const HELD_VARIABLE = 'AUTORELOAD_HELD';

/** Variable with the options that the supervisor has added to `execArgv`, one on each line. The preload removes them. */
export const HIDDEN_OPTIONS = 'AUTORELOAD_HIDDEN_OPTIONS';

/** The variables that only the supervisor sets for a child. */
export const OWN_VARIABLES: readonly string[] = [
  LANE_VARIABLE,
  RELAY_VARIABLE,
  GATE_VARIABLE,
  HELD_VARIABLE,
  HIDDEN_OPTIONS,
];

/**
 * Variable that keeps descendants of the app from becoming supervisors. Set only where our `--import` comes from a Node
 * configuration file, which the app and its descendants read again.
 */
export const DESCENDANT_MARK = 'AUTORELOAD_DESCENDANT';

/**
 * Key of the environment data that marks a supervised process; worker threads find the address of the lane there.
 * Unlike a variable or a property of `process`, environment data cannot be listed.
 */
export const SUPERVISED_KEY = 'autoreload.supervised';

/** Position of the gate: before the preloads of the user, or after them. `linked`: after them, and after modules are linked. */
export type Gate = 'early' | 'late' | 'linked';

/** Parent of the modules that a standby links before its turn. */
export const AHEAD = 'autoreload:ahead';

/** Global key of the late gate, from our first preload to our last, which removes it. */
export const LATE_GATE: unique symbol = Symbol.for('autoreload.gate');

const SOCKET_MESSAGES = {
  listening: {
    /** Unique among all sockets of all runs. */
    id: isString,
    /** The requested address, and the number of earlier requests for it. */
    key: isString,
    /** Its port, or the identity of its socket file; empty without either. */
    mark: isString,
    /** The IP address that it is bound to. */
    host: optional(isString),
    /** Absolute path of its socket file. */
    file: optional(isString),
    /** Whether its server speaks plain HTTP. */
    http: isBoolean,
  },
};

/** A listening socket, as the child that opened it describes it. */
export type ListeningSocket = MessageOf<typeof SOCKET_MESSAGES>;

const INHERITED_SOCKET = { id: isString, key: isString, mark: isString, fd: isNumber };

/** A listening socket that a child inherits. */
export type InheritedSocket = FieldsOf<typeof INHERITED_SOCKET>;

/** A specifier, the URL of the module that contains it, and the URL that it resolved to in the last run. */
export type PackageResolution = readonly [specifier: string, parent: string, url: string];

/** What a run learns when it starts. */
export interface RunInfo {
  /** Number of the run, from 1. */
  readonly generation: number;
  /** Undefined for the first run. */
  readonly reason: RestartReason | undefined;
  /** Preserved values by key: serialized by V8, in base64. */
  readonly state: Readonly<Record<string, string>>;
  /** Whether the run before still accepts connections: an inherited socket must wait for its turn. */
  readonly overlaps?: boolean;
}

const GATE_MESSAGES = {
  /** Built-in modules and package resolutions of the last run, for the warm-up, modules to link, and packages to run. */
  warm: {
    builtins: Array.isArray as Check<readonly UsedBuiltin[]>,
    found: Array.isArray as Check<readonly PackageResolution[]>,
    /** URLs of the modules to link. */
    link: Array.isArray as Check<readonly string[]>,
    /** URLs of the packages to run, in this order. */
    run: Array.isArray as Check<readonly string[]>,
  },
  /** The standby becomes the run. */
  go: { begin: isRunInfo },
  /** The run before accepts no more connections. */
  turn: {},
};

/** A line for a standby at the gate. */
export type GateMessage = MessageOf<typeof GATE_MESSAGES>;

const CONTROL_MESSAGES = {
  /** The run must stop. The signal follows, except on Windows. Without a reason there is no next run. */
  stop: { signal: isString, reason: optional(isReason) },
  /** Asks the app whether this change causes a restart. */
  ask: { round: isNumber, files: Array.isArray as Check<readonly ChangedFile[]> },
  /** The next message is that message of the launcher, counted from 1. */
  relayed: { n: isNumber },
  /** After SIGUSR1: asks for the URL of the inspector. */
  inspected: {},
  /** SIGUSR1 opened the inspector at this address in an earlier run. */
  inspect: { host: isString, port: isNumber },
};

/** A message of the supervisor. */
export type ControlMessage = MessageOf<typeof CONTROL_MESSAGES>;

/** Where a socket listens: its address, or the absolute path of its file. */
export type ListeningAddress = string | { readonly address?: string; readonly port?: number };

const WORKER_MESSAGES = {
  /** The worker must accept no more connections, and complete its in-flight responses. The program has closed these sockets. */
  drain: { closed: Array.isArray as Check<readonly ListeningAddress[]> },
  /** The primary has received its stop signal: the worker must close its endless responses. */
  closeEndless: {},
};

/** A message of the primary of a cluster to a worker. */
export type WorkerMessage = MessageOf<typeof WORKER_MESSAGES>;

const WORKER_REPORTS = {
  /** The worker has a server. */
  serving: {},
  /** The worker waits for in-flight responses. */
  draining: {},
  /** The worker has no in-flight response left. */
  drained: {},
};

/** What a worker of a cluster says to its primary. */
export type WorkerReport = MessageOf<typeof WORKER_REPORTS>;

/** A message in the envelope that hides it from the app. That of a socket accompanies its handle. */
export function encodeControl(
  message: ControlMessage | ListeningSocket | WorkerMessage | WorkerReport,
): object {
  return { cmd: CONTROL_CMD, version: VERSION, ...message };
}

/** The control message in an IPC message; undefined for any other message. */
export function parseControl(message: unknown): ControlMessage | undefined {
  const control = messageOf(opened(message), CONTROL_MESSAGES);
  return control?.kind === 'stop' ? { ...control, reason: complete(control.reason) } : control;
}

/** The socket in an IPC message; undefined for any other message. */
export function parseListening(message: unknown): ListeningSocket | undefined {
  return messageOf(opened(message), SOCKET_MESSAGES);
}

/** The message of the primary in an IPC message; undefined for any other message. */
export function parseWorkerMessage(message: unknown): WorkerMessage | undefined {
  return messageOf(opened(message), WORKER_MESSAGES);
}

/** The report of a worker in an IPC message; undefined for any other message. */
export function parseWorkerReport(message: unknown): WorkerReport | undefined {
  return messageOf(opened(message), WORKER_REPORTS);
}

/** The value of {@link HELD_VARIABLE}. */
export function encodeInherited(sockets: readonly InheritedSocket[]): string {
  return JSON.stringify(sockets);
}

/** The sockets in a value of {@link HELD_VARIABLE}. */
export function parseInherited(value: string): InheritedSocket[] {
  const sockets = parseJson(value);
  return Array.isArray(sockets) ? sockets.filter((socket) => has(socket, INHERITED_SOCKET)) : [];
}

/** The line of a message to the gate. */
export function encodeGateMessage(message: GateMessage): string {
  return `${JSON.stringify(message)}\n`;
}

/** The message in a line; undefined for any other line. */
export function parseGateMessage(line: string): GateMessage | undefined {
  const message = messageOf(parseJson(line), GATE_MESSAGES);
  if (message?.kind !== 'go') return message;
  return { ...message, begin: { ...message.begin, reason: complete(message.begin.reason) } };
}

/** The content of our envelope; undefined for any other message. */
function opened(message: unknown): Record<string, unknown> | undefined {
  if (!isObject(message)) return undefined;
  const { cmd, version, ...content } = message;
  return cmd === CONTROL_CMD && version === VERSION ? content : undefined;
}

/** JSON drops properties that are undefined; the app sees all properties of a reason. */
function complete(reason: RestartReason | undefined): RestartReason | undefined {
  return reason && { ...reason, message: reason.message };
}

// The types vouch for the properties: both ends come from the same package.
function isReason(value: unknown): value is RestartReason {
  return isObject(value);
}

function isRunInfo(value: unknown): value is RunInfo {
  return isObject(value);
}
