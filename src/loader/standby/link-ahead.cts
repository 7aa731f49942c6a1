// Links ES modules in a standby: Node reads, compiles and links them, and runs none. Does not know which ones the program needs.
import { exitNow } from '../../node-internals/process.cts';
import { WRAPPER } from '../hooks/module-recorder.cts';
import { deferWarnings } from './warm-up.cts';

/** A module that throws is evaluated first: V8 links the whole graph before, and evaluates nothing after. */
const STOP = `${WRAPPER}throw 0`;

/**
 * Links modules, and all that they import. Where that fails, the process exits: Node would remember the failure, and the cause may be
 * gone when the program begins.
 *
 * @returns arguments of `process.emitWarning`, to be called when the program begins
 */
export async function linkAhead(urls: readonly string[]): Promise<unknown[][]> {
  if (urls.length === 0) return [];
  return await deferWarnings(async () => {
    await importAll([STOP, ...urls]).catch((error: unknown) => {
      if (error !== 0) exitNow(0);
    });
  });
}

/** Imports modules in this order. V8 follows neither function that settles the promise: we do not show in the stacks of the modules. */
export function importAll(urls: readonly string[]): Promise<void> {
  const source = urls.map((url) => `import ${JSON.stringify(url)};`).join('');
  return new Promise((resolve, reject) => {
    import(WRAPPER + encodeURIComponent(source)).then(
      () => resolve(),
      (error: unknown) => reject(error as Error),
    );
  });
}
