// Runs npm with the running Node, without a shell.
import { spawnSync } from 'node:child_process';

/** Runs npm through `spawnSync`. Shows the output unless `options` has another `stdio`. */
export function npm(args, options = { stdio: 'inherit' }) {
  // `npm run` sets the path of the npm script. Starting it avoids the shell that npm.cmd needs.
  const script = process.env.npm_execpath;
  if (script?.endsWith('npm-cli.js')) return spawnSync(process.execPath, [script, ...args], options);
  return spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
}
