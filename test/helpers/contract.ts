// Helpers of the contract tests, which check undocumented facts about Node.
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
 * @param feature the feature that is lost if Node differs
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
      const message = `Node ${process.versions.node} differs: ${internal}. Until src/node-internals is adapted: ${feature}.`;
      throw new Error(message, { cause: error });
    }
  });
}

/** Runs code in a child process with an IPC channel. The code calls the functions of process.cts as `internals`. */
export function startChild(code: string, options: SpawnOptions = {}): ChildProcess {
  const file = JSON.stringify(join(ROOT, 'build/src/node-internals/process.cjs'));
  return spawn(process.execPath, ['-e', `const internals = require(${file}); ${code}`], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    ...options,
  });
}

/** Returns the trimmed stdout of a child process. */
export async function outputOf(child: ChildProcess): Promise<string> {
  let output = '';
  child.stdout?.on('data', (text: Buffer) => (output += text.toString()));
  // Not `close`: Node does not emit it after this process has disconnected the child.
  await Promise.all([once(child, 'exit'), child.stdout && once(child.stdout, 'end')]);
  return output.trim();
}
