// How a child and its supervisor meet: extra descriptors, variables, what is said at the gate, the control messages (supervisor
// to child) and sockets that are handed over, and how each is parsed. What the child tells is in records.cts. Knows
// nothing of who sends or what follows from it. CommonJS, because the child preloads it.
import type { ChangedFile, RestartReason } from './app-bridge.cts';
import { isNumber, isString } from './records.cts';
import type { UsedBuiltin } from './records.cts';

/** Version of the protocol; both ends come from the same package, so any other version is not ours. */
const VERSION = 1;

/**
 * Descriptor of the lane in a child: a pipe that carries records one way, written synchronously.
 * Descriptors up to 15 are marked close-on-exec by Node at startup, so what the app spawns sees it only if we give it.
 */
export const LANE_FD = 3;

/** Variable by which a process that the app starts is told where the lane is; it takes it out of its environment. */
export const LANE_VARIABLE = 'AUTORELOAD_LANE';

/** Variable that tells a child that its IPC channel is for the launcher's messages too; the preload takes it away. */
export const RELAY_VARIABLE = 'AUTORELOAD_RELAY';

/** Descriptor of Node's IPC channel in a child. */
export const CONTROL_FD = 4;

/** Descriptor on which a standby waits to be let through. */
export const GATE_FD = 5;

/** Variable that tells a child to wait at the gate; it takes it out of its environment. */
export const GATE_VARIABLE = 'AUTORELOAD_GATE';

/** Where the gate is: in front of the user's preloads, or behind them. */
export type Gate = 'early' | 'late';

/** Key under which the preload leaves the gate for the one behind the user's preloads, which takes it away. */
export const LATE_GATE: unique symbol = Symbol.for('autoreload.gate');

/** Descriptor of the first listening socket that a child is handed; the others follow. */
export const HELD_FD = 6;

/** Variable that tells a child to hand over its listening sockets, and which it is handed; the preload takes it away. */
export const HELD_VARIABLE = 'AUTORELOAD_HELD';

/** A listening socket, as the child that has opened it describes it. */
export interface Listening {
  /** Unlike that of any other. */
  readonly id: string;
  /** What it is bound to, as the program asks for it. */
  readonly key: string;
  /** Its port; or which file it is, where it has one. */
  readonly mark: string;
  /** Absolute path of its file; undefined where it has none. */
  readonly file: string | undefined;
  /** Whether it belongs to a server that speaks plain HTTP. */
  readonly http: boolean;
}

/** A listening socket that a child is handed. */
export interface Handed {
  readonly id: string;
  readonly key: string;
  readonly mark: string;
  readonly fd: number;
}

/** What a module of the last run asked for, the URL of the module, and the URL that was found. */
export type PackageResolution = readonly [specifier: string, parent: string, url: string];

/** What a standby is told at the gate, a line each. `warm`: what the last run has used. `go`: its turn has come. */
export type GateMessage =
  | {
      readonly kind: 'warm';
      readonly builtins: readonly UsedBuiltin[];
      /** What was found in packages. */
      readonly found: readonly PackageResolution[];
    }
  | { readonly kind: 'go'; readonly begin: Begin };

/** What a run is told when it begins. */
export interface Begin {
  /** Its number, from 1. */
  readonly generation: number;
  /** Why it was started; undefined for the first. */
  readonly reason: RestartReason | undefined;
  /** What runs before have preserved, by key: the bytes of `v8.serialize`, in base64. */
  readonly state: Readonly<Record<string, string>>;
}

/** `cmd` of our control messages. Node emits messages with this prefix as `internalMessage`, never as `message`. */
const CONTROL_CMD = 'NODE_AUTORELOAD';

/**
 * Variable that keeps what the app starts from being supervised a second time. Only set where our option cannot be
 * taken away: it comes from a configuration file of Node's, which the app and all that it starts read again.
 */
export const DESCENDANT_MARK = 'AUTORELOAD_DESCENDANT';

/**
 * Key of Node's environment data by which a child and what it starts know that they are supervised; worker threads find
 * the lane there too. Unlike a variable or a property of `process`, it shows in no list.
 */
export const SUPERVISED_KEY = 'autoreload.supervised';

/** Variable with the options, one on a line, that the child was given besides the user's. The preload takes all away. */
export const HIDDEN_OPTIONS = 'AUTORELOAD_HIDDEN_OPTIONS';

/** A control message. */
export type ControlMessage =
  /** The run is to end. This signal follows where there are signals. Without a reason no other run follows. */
  | { readonly kind: 'stop'; readonly signal: string; readonly reason: RestartReason | undefined }
  /** Is this change to cause a restart? */
  | { readonly kind: 'ask'; readonly round: number; readonly files: readonly ChangedFile[] }
  /** SIGUSR1 was sent: where does the inspector listen? */
  | { readonly kind: 'inspected' }
  /** SIGUSR1 has opened the inspector there in an earlier run. */
  | { readonly kind: 'inspect'; readonly host: string; readonly port: number };

/** The message that goes with a listening socket, in the same envelope. */
export function encodeListening(listening: Listening): object {
  return { cmd: CONTROL_CMD, version: VERSION, kind: 'listening', ...listening };
}

/** What arrived with a listening socket, or undefined when it is not one of ours. */
export function parseListening(message: unknown): Listening | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { cmd, version, kind, id, key, mark, file, http } = message as Record<string, unknown>;
  if (cmd !== CONTROL_CMD || version !== VERSION || kind !== 'listening') return undefined;
  if (!isString(id) || !isString(key) || !isString(mark)) return undefined;
  return { id, key, mark, file: isString(file) ? file : undefined, http: http === true };
}

/** The value of {@link HELD_VARIABLE}. */
export function encodeHanded(handed: readonly Handed[]): string {
  return JSON.stringify(handed);
}

/** The sockets in a value of {@link HELD_VARIABLE}. */
export function parseHanded(value: string): Handed[] {
  try {
    const handed: unknown = JSON.parse(value);
    return Array.isArray(handed) ? handed.filter(isHanded) : [];
  } catch {
    return [];
  }
}

function isHanded(value: unknown): value is Handed {
  const { id, key, mark, fd } = (value ?? {}) as Partial<Record<keyof Handed, unknown>>;
  return isString(id) && isString(key) && isString(mark) && isNumber(fd);
}

/** A control message, in the envelope that keeps it out of the app's sight. */
export function encodeControl(message: ControlMessage): object {
  return { cmd: CONTROL_CMD, version: VERSION, ...message };
}

/** The control message in what arrived over IPC, or undefined when it is not one of ours. */
export function parseControl(message: unknown): ControlMessage | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { cmd, version, kind, ...rest } = message as Record<string, unknown>;
  const { host, port, signal, reason, round, files } = rest;
  if (cmd !== CONTROL_CMD || version !== VERSION) return undefined;
  if (kind === 'stop' && isString(signal)) return { kind, signal, reason: reasonFrom(reason) };
  if (kind === 'ask' && isNumber(round)) return { kind, round, files: filesFrom(files) };
  if (kind === 'inspected') return { kind };
  if (kind === 'inspect' && isString(host) && isNumber(port)) return { kind, host, port };
  return undefined;
}

/** The line that carries a message to the gate. */
export function encodeGateMessage(message: GateMessage): string {
  return `${JSON.stringify(message)}\n`;
}

/** The message in a line, or undefined when it is not one of ours. */
export function parseGateMessage(line: string): GateMessage | undefined {
  try {
    const { kind, builtins, found, begin } = JSON.parse(line) as Record<string, unknown>;
    if (kind === 'go') return { kind, begin: parseBegin(begin) };
    return kind === 'warm' && Array.isArray(builtins) && Array.isArray(found)
      ? { kind, builtins: builtins.filter(isBuiltin), found: found.filter(isFound) }
      : undefined;
  } catch {
    return undefined;
  }
}

/** What a run is told when it begins; one that is not told is the first. */
export function parseBegin(value: unknown): Begin {
  const { generation, reason, state } = (value ?? {}) as Partial<Record<keyof Begin, unknown>>;
  const entries = Object.entries(typeof state === 'object' && state !== null ? state : {});
  return {
    generation: isNumber(generation) ? generation : 1,
    reason: reasonFrom(reason),
    state: Object.fromEntries(entries.filter((entry): entry is [string, string] => isString(entry[1]))),
  };
}

function reasonFrom(value: unknown): RestartReason | undefined {
  const { cause, files, message } = (value ?? {}) as Partial<Record<keyof RestartReason, unknown>>;
  if (cause !== 'change' && cause !== 'request' && cause !== 'exit' && cause !== 'crash') return undefined;
  return { cause, files: filesFrom(files), message: isString(message) ? message : undefined };
}

function filesFrom(value: unknown): ChangedFile[] {
  return Array.isArray(value) ? value.filter(isChangedFile) : [];
}

function isChangedFile(value: unknown): value is ChangedFile {
  const { path, how } = (value ?? {}) as Partial<Record<keyof ChangedFile, unknown>>;
  return isString(path) && (how === 'changed' || how === 'created' || how === 'deleted');
}

function isBuiltin(value: unknown): value is UsedBuiltin {
  const { name, imported } = (value ?? {}) as Partial<Record<keyof UsedBuiltin, unknown>>;
  return isString(name) && typeof imported === 'boolean';
}

function isFound(value: unknown): value is PackageResolution {
  return Array.isArray(value) && value.length === 3 && value.every(isString);
}
