// The bindings of lib/ that read input. Undocumented: see CONTRIBUTING.md.
import { nodeOptions } from './process.cts';
import type { SpawnOptions } from './process.cts';

/** The handle of a pipe or a Unix socket (src/stream_base.cc): `onread` is called for each chunk, and without bytes at its end. */
export interface PipeHandle {
  readonly fd?: number;
  readonly readStart: () => number;
  onread: (this: unknown, ...args: unknown[]) => unknown;
}

export interface InputBindings {
  /** Handles of pipes and Unix sockets (src/pipe_wrap.cc). */
  readonly pipe: PipeHandle;
  /** Handles of terminals (src/tty_wrap.cc). */
  readonly tty: { readonly readStart: () => number; readonly setRawMode: (isRaw: unknown) => number };
  /** Starts processes for the synchronous functions of `node:child_process` (src/spawn_sync.cc). */
  readonly spawnSync: { readonly spawn: (options: Pick<SpawnOptions, 'stdio'>) => unknown };
}

/** Whether `process.binding` warns (DEP0111). */
export function deprecationWarns(): boolean {
  return process.env['NODE_PENDING_DEPRECATION'] === '1' || nodeOptions().includes('--pending-deprecation');
}

/** Bindings that read input; undefined where `process.binding` warns (DEP0111) or the permission model forbids it. */
export function inputBindings(): InputBindings | undefined {
  if (deprecationWarns()) return undefined;
  try {
    const { binding } = process as unknown as { binding: (name: string) => Record<string, unknown> };
    const { prototype } = binding('tty_wrap')['TTY'] as { prototype: InputBindings['tty'] };
    const { prototype: pipe } = binding('pipe_wrap')['Pipe'] as { prototype: PipeHandle };
    return {
      pipe,
      tty: prototype,
      spawnSync: binding('spawn_sync') as unknown as InputBindings['spawnSync'],
    };
  } catch {
    return undefined;
  }
}
