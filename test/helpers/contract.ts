// Helpers of the contract tests: facts about Node that no documentation promises.
import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from './project.ts';

/**
 * Tests one fact about Node.
 *
 * @param internal the undocumented part of Node
 * @param feature the feature that is lost where Node differs
 */
export function contract(
  internal: string,
  feature: string,
  check: () => void | Promise<void>,
  options: { readonly skip?: string | false } = {},
): void {
  test(internal, options, async () => {
    try {
      await check();
    } catch (error) {
      const message = `Node ${process.versions.node} differs: ${internal}. Until src/node-internals is mended: ${feature}.`;
      throw new Error(message, { cause: error });
    }
  });
}

/** Starts code in a child with an IPC channel. The code has the functions of process.cts as `internals`. */
export function startChild(code: string, options: SpawnOptions = {}): ChildProcess {
  const file = JSON.stringify(join(ROOT, 'build/src/node-internals/process.cjs'));
  return spawn(process.execPath, ['-e', `const internals = require(${file}); ${code}`], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    ...options,
  });
}

/** The standard output of a child. */
export async function outputOf(child: ChildProcess): Promise<string> {
  let output = '';
  child.stdout?.on('data', (text: Buffer) => (output += text.toString()));
  // Not `close`: it does not come where this process has disconnected the child.
  await Promise.all([once(child, 'exit'), child.stdout && once(child.stdout, 'end')]);
  return output.trim();
}
