// Instruments worker threads: keeps our preload in those with their own environment or options, and passes each the address of the
// lane. Does not know what they load.
import module from 'node:module';
import workerThreads from 'node:worker_threads';
import type { WorkerOptions } from 'node:worker_threads';
import { withPreload } from '../../shared/preload-option.cts';
import { markSupervised } from './lane-address.cts';
import type { Address } from './lane-address.cts';
import { callerUrl } from './calling-module.cts';

/** Code of the error that an option in `execArgv` is not for workers. */
const INVALID = 'ERR_WORKER_INVALID_EXEC_ARGV';

/**
 * Instruments every worker thread that this thread creates from now on. A worker inherits the options of its creator, our preload
 * included, unless it has its own `env` or `execArgv`: Node then reads NODE_OPTIONS again, from that `env` or from that of the
 * creator (src/node_worker.cc).
 *
 * @param address address of this thread
 * @param isLinked whether this process has a gate that is an `--import`: Node would load a CommonJS worker with the ES module loader
 */
export function instrumentWorkers(address: Address, isLinked = false): void {
  markSupervised(address);
  const { Worker } = workerThreads;
  const proxy: typeof Worker = new Proxy(Worker, {
    construct(target, args: ConstructorParameters<typeof Worker>, newTarget: Function) {
      const options: WorkerOptions | undefined = args[1];
      const created = newTarget === proxy ? target : newTarget;
      markSupervised({ ...address, starter: callerUrl() ?? address.starter });
      const create = (...changed: unknown[]): object => Reflect.construct(target, changed, created) as object;
      // Not `SHARE_ENV`, which is a symbol.
      if (options?.env && typeof options.env === 'object') {
        const env = { ...options.env, NODE_OPTIONS: withPreload(options.env['NODE_OPTIONS']) };
        // Node finds the other options on the prototype.
        return create(args[0], Object.create(options, { env: { value: env, enumerable: true } }));
      }
      if (options?.execArgv) return withPreloadInEnv(() => create(...args));
      return isLinked ? createWithoutGate(args, create) : create(...args);
    },
  });
  Worker.prototype.constructor = proxy;
  workerThreads.Worker = proxy;
  module.syncBuiltinESMExports();
}

/** Gives a worker the options of this process without our gate, and without those that Node accepts only for a process. */
function createWithoutGate(
  [file, options]: ConstructorParameters<typeof workerThreads.Worker>,
  create: (...args: unknown[]) => object,
  execArgv: readonly string[] = process.execArgv,
): object {
  const own = Object.create(options ?? {}, { execArgv: { value: execArgv, enumerable: true } }) as object;
  try {
    return withPreloadInEnv(() => create(file, own));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const rest = execArgv.filter((option) => !message.includes(option));
    // Node names the options in its message.
    if (code !== INVALID || rest.length === execArgv.length) throw error;
    return createWithoutGate([file, options], create, rest);
  }
}

/** Has the preload in the environment while Node reads the options of a new worker. */
function withPreloadInEnv<T>(create: () => T): T {
  const { env } = process;
  const before = env['NODE_OPTIONS'];
  env['NODE_OPTIONS'] = withPreload(before);
  try {
    return create();
  } finally {
    if (before === undefined) delete env['NODE_OPTIONS'];
    else env['NODE_OPTIONS'] = before;
  }
}
