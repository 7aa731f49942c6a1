// Watches for effects outside of the process: in the bindings that lib/ calls, and in the resources that async_hooks reports. What the
// code under watch keeps of them works afterwards as before.
import fs from 'node:fs';
import { deprecationWarns } from './bindings.cts';
import { beforeCall } from './process.cts';

type Binding = Record<string, unknown>;

export interface EffectWatch {
  /** Called before an effect. Must not return. `of`: what was {@link current} when its cause arose; without it, that of now. */
  readonly onEffect: (what: string, of?: string) => never;
  /** The part of the code that is running. */
  readonly current: () => string;
  /** Called before a file is looked for, or read, or a folder is listed. */
  readonly onFile: (path: string, how: 'look' | 'read' | 'list') => void;
  /** Whether a call is ours. */
  readonly isOurs: () => boolean;
  /** A descriptor to which only we write. */
  readonly ownFd: number;
}

/** Functions of the binding `fs` (src/node_file.cc) that change nothing. Others, also those of later versions, count as effects. */
const READS = new Set(
  [
    'access close existsSync fstat getFormatOfExtensionlessFile internalModuleReadJSON internalModuleStat legacyMainResolve lstat open',
    'read readBuffers readFileUtf8 readdir readlink realpath stat statfs',
  ].flatMap((names) => names.split(' ')),
);

/** Those whose result depends on the file at the path that is their first argument. */
const LOOKS = new Set([
  'access',
  'existsSync',
  'lstat',
  'open',
  'readFileUtf8',
  'readdir',
  'readlink',
  'stat',
]);

/** Those of them that read it. */
const READS_OF_FILE = new Set(['open', 'readFileUtf8']);

/** Those whose result is not told by the times and the size of a file. */
const LISTS = new Set(['readdir', 'readlink']);

/** Those that may read standard input. */
const READS_OF_FD = new Set(['read', 'readBuffers', 'readFileUtf8']);

/** Flags of `open` with which a file is written, created, emptied or appended to. */
const { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND } = fs.constants;
const WRITES = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;

/** Methods of terminals and pipes (src/stream_base.cc, src/tty_wrap.cc). */
const STREAM_EFFECTS = [
  'writev writeBuffer writeUtf8String writeAsciiString writeLatin1String writeUcs2String shutdown',
  'readStart setRawMode bind connect listen',
].flatMap((names) => names.split(' '));

/** Of the resources that Node creates, whose names are in capitals, those that stay inside the process. What is written to standard output is watched apart. */
const INNER_RESOURCES = new Set('TTYWRAP PIPEWRAP SIGNALWRAP'.split(' '));

/** Functions of `process` with an effect, or that read files without the binding. */
const FORBIDDEN =
  'dlopen kill abort reallyExit emitWarning chdir setuid setgid seteuid setegid setgroups initgroups loadEnvFile execve getBuiltinModule _rawDebug'.split(
    ' ',
  );

/** `node:dns` makes one when it is loaded, and reads the name servers. */
const RESOLVER = 'DNSCHANNEL';
const NAME_SERVERS = '/etc/resolv.conf';

/** What we create ourselves after the code under watch. */
const OURS = new Set(['Immediate', 'PROMISE', 'TickObject']);

/** Work that is put off counts as an effect: in the run, modules of the user would come before it. */
const LATER = new Set(['Timeout', 'Immediate', 'TickObject', 'Microtask']);

/** A watch that has begun. */
export interface BegunWatch {
  /** The code under watch has run. What it does later counts as an effect as soon as it begins. */
  readonly loaded: () => void;
  /** Ends the watch. */
  readonly end: () => void;
}

/** Begins to watch. Returns undefined where effects cannot be watched: `process.binding` warns (DEP0111), or is forbidden. */
export function watchEffects(watch: EffectWatch): BegunWatch | undefined {
  if (deprecationWarns()) return undefined;
  const { onEffect, isOurs } = watch;
  const undo: (() => void)[] = [];
  const promises = new Map<number, string>();
  let isLoaded = false;
  let isOver = false;
  const replace = (target: object, name: string, before: (args: readonly unknown[]) => void): void => {
    // The code under watch may keep the function.
    undo.push(beforeCall(target, name, (...args) => void (isOver || isOurs() || before(args))));
  };
  const forbid = (target: object, names: readonly string[]): void => {
    for (const name of names) replace(target, name, () => onEffect(name));
  };
  const { AsyncLocalStorage, createHook } = process.getBuiltinModule('async_hooks');
  const hook = createHook({
    init(id, type) {
      if (isOurs() || (isLoaded && OURS.has(type))) return;
      // It is no effect until a callback runs.
      if (type === 'PROMISE') promises.set(id, watch.current());
      else if (type === RESOLVER) watch.onFile(NAME_SERVERS, 'read');
      else if (LATER.has(type) || (/^[A-Z\d]+$/.test(type) && !INNER_RESOURCES.has(type))) onEffect(type);
    },
    before(id) {
      if (promises.has(id)) onEffect('a promise', promises.get(id));
    },
  });
  const enable = hook.enable.bind(hook);
  try {
    const { binding } = process as unknown as { binding: (name: string) => Binding };
    const files = binding('fs');
    for (const [name, value] of Object.entries(files))
      if (typeof value === 'function' && /^[a-z]/.test(name))
        replace(files, name, (args) => checkFile(name, args, watch));
    for (const handle of [binding('tty_wrap')['TTY'], binding('pipe_wrap')['Pipe']]) {
      const { prototype } = handle as { prototype: object };
      forbid(prototype, STREAM_EFFECTS);
    }
    forbid(binding('spawn_sync'), ['spawn']);
    forbid(Object.getPrototypeOf(hook) as object, ['enable']);
    forbid(AsyncLocalStorage.prototype, ['enterWith']);
    forbid(process.getBuiltinModule('v8'), ['takeCoverage', 'writeHeapSnapshot']);
    forbid(process.getBuiltinModule('os'), ['setPriority']);
    forbid(process.report, ['writeReport']);
    forbid(process, FORBIDDEN);
    enable();
  } catch {
    for (const step of undo.toReversed()) step();
    return undefined;
  }
  return {
    loaded: () => void (isLoaded = true),
    end: () => {
      isOver = true;
      hook.disable();
      for (const step of undo.toReversed()) step();
    },
  };
}

function checkFile(
  name: string,
  [first, second]: readonly unknown[],
  { onEffect, onFile, ownFd }: EffectWatch,
): void {
  if (!READS.has(name) && first !== ownFd) onEffect(name);
  if (READS_OF_FD.has(name) && first === 0) onEffect('stdin');
  if (name === 'open' && typeof second === 'number' && (second & WRITES) !== 0) onEffect('open to write');
  if (LOOKS.has(name) && typeof first === 'string')
    onFile(first, LISTS.has(name) ? 'list' : READS_OF_FILE.has(name) ? 'read' : 'look');
}
