// Runs packages in a standby, until one of them has an effect outside the process. Does not know which ones the program runs.
import { resolve } from 'node:path';
import { watchEffects } from '../../node-internals/effects.cts';
import type { BegunWatch, EffectWatch } from '../../node-internals/effects.cts';
import { exitNow } from '../../node-internals/process.cts';
import { LANE_FD } from '../../protocol/control.cts';
import { stampFile } from '../../shared/file-stamp.cts';
import { isInPackage } from '../../shared/paths.cts';
import { holdBack, send } from '../channel/record-writer.cts';
import * as hooks from '../hooks/install-hooks.cts';
import { onBuiltin, WRAPPER } from '../hooks/module-recorder.cts';
import { importAll } from './link-ahead.cts';

/** Files of the system, whose times say nothing. */
const NO_INPUT = /^\/(proc|sys|dev)\//;

/** Built-in modules with effects that are not watched. */
const UNWATCHED = new Set(['inspector', 'inspector/promises', 'repl', 'sqlite', 'test', 'wasi']);

/** A terminal that is resized has no effect. */
const HARMLESS_SIGNAL = 'SIGWINCH';

/** Global key of the function that is called between two packages, while they run. */
const STEP = 'autoreload.step';

const { setImmediate } = globalThis;
const { now } = Date;

/**
 * Runs packages in this order. Exits before the first effect outside the process, and records which package has it. The files that
 * they look for are recorded.
 */
export async function runAhead(urls: readonly string[]): Promise<void> {
  const folder = process.cwd();
  const files = new Set<string>();
  let current = '';
  let isOurs = false;
  const onEffect = (what: string, url = current): never => {
    isOurs = true;
    send({ kind: 'effect', url, what });
    return exitNow(0);
  };
  const onFile: EffectWatch['onFile'] = (file, how) => {
    const path = resolve(folder, file);
    const isOfPackage = isInPackage(path);
    if (how === 'list' && !isOfPackage) onEffect('a folder');
    // The fingerprint of a standby tells when a package is installed or removed.
    if (files.has(path) || NO_INPUT.test(path) || (how !== 'read' && isOfPackage)) return;
    files.add(path);
    isOurs = true;
    send({ kind: 'input', path, stamp: stampFile(path, now()) });
    isOurs = false;
  };
  const before = signals();
  const { registrations } = hooks;
  let watch: BegunWatch | undefined;
  /** Called before each package, and after the last one. Until the first call, the packages are only linked. */
  const step = (index: number): void => {
    if (signals() > before) onEffect('a signal');
    if (hooks.registrations > registrations) onEffect('module hooks');
    current = urls[index] ?? current;
    watch ??= watchEffects({
      onEffect,
      onFile,
      current: () => current,
      isOurs: () => isOurs,
      ownFd: LANE_FD,
    });
    // Without it, no package runs.
    if (!watch) throw new Error(STEP);
    if (index === urls.length) watch.loaded();
    // A rejection is reported when the packages have run.
    else if (index === 0) process.setUncaughtExceptionCaptureCallback(() => onEffect('an error'));
  };
  onBuiltin((name) => void (watch && UNWATCHED.has(name) && onEffect(`node:${name}`)));
  const key = Symbol.for(STEP);
  Object.defineProperty(globalThis, key, { value: step, configurable: true });
  holdBack(true);
  const modules = urls.flatMap((url, index) => [stepModule(index), url]);
  // An error would be remembered, and its cause may be gone when the program begins.
  await importAll([...modules, stepModule(urls.length)]).catch(() => watch && onEffect('an error'));
  Reflect.deleteProperty(globalThis, key);
  await new Promise(setImmediate);
  if (watch) process.setUncaughtExceptionCaptureCallback(null);
  watch?.end();
  onBuiltin(undefined);
  holdBack(false);
}

function stepModule(index: number): string {
  return `${WRAPPER}globalThis[Symbol.for('${STEP}')](${index})`;
}

/** Number of signals that are listened for. */
function signals(): number {
  return process.eventNames().filter((name) => String(name).startsWith('SIG') && name !== HARMLESS_SIGNAL)
    .length;
}
