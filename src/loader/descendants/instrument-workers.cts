// Keeps our preload in worker threads that are given an environment or options of their own, and tells each what
// started it. Knows nothing of what they load.
import module from 'node:module';
import workerThreads from 'node:worker_threads';
import type { WorkerOptions } from 'node:worker_threads';
import { withPreload } from '../../shared/preload-option.cts';
import { addressWorkers } from './lane-address.cts';
import type { Address } from './lane-address.cts';
import { callerUrl } from './calling-module.cts';

/**
 * Brings every worker thread that this thread creates to the lane. A worker inherits the options of its creator, our
 * preload among them, unless it is given `env` or `execArgv`: Node then reads NODE_OPTIONS anew, from the `env` that is
 * given or from the creator's (src/node_worker.cc).
 *
 * @param preload absolute path of our preload
 * @param address of this thread
 */
export function addressAllWorkers(preload: string, address: Address): void {
  addressWorkers(address);
  const { Worker } = workerThreads;
  const handler: ProxyHandler<typeof Worker> = {
    construct(target, args: ConstructorParameters<typeof Worker>, newTarget: Function) {
      const options: WorkerOptions | undefined = args[1];
      const created = newTarget === proxy ? target : newTarget;
      addressWorkers({ ...address, starter: callerUrl() ?? address.starter });
      const create = (...changed: unknown[]): object => Reflect.construct(target, changed, created) as object;
      if (isObject(options?.env)) {
        const env = { ...options.env, NODE_OPTIONS: withPreload(options.env['NODE_OPTIONS'], preload) };
        // What Node reads from the options it may read from their prototype.
        return create(args[0], Object.create(options, { env: { value: env, enumerable: true } }));
      }
      return options?.execArgv ? withPreloadInEnv(preload, () => create(...args)) : create(...args);
    },
  };
  const proxy = new Proxy(Worker, handler);
  Object.defineProperty(Worker.prototype, 'constructor', {
    value: proxy,
    writable: true,
    configurable: true,
  });
  workerThreads.Worker = proxy;
  module.syncBuiltinESMExports();
}

/** For as long as Node takes to read the options of a new worker. */
function withPreloadInEnv<T>(preload: string, create: () => T): T {
  const { env } = process;
  const before = env['NODE_OPTIONS'];
  env['NODE_OPTIONS'] = withPreload(before, preload);
  try {
    return create();
  } finally {
    if (before === undefined) delete env['NODE_OPTIONS'];
    else env['NODE_OPTIONS'] = before;
  }
}

/** Not `SHARE_ENV`, which is a symbol. */
function isObject(value: unknown): value is NodeJS.ProcessEnv {
  return typeof value === 'object' && value !== null;
}
