// npm, for the scripts: run by the Node that runs, where npm can be found without a shell.
import { spawnSync } from 'node:child_process';

/** Runs npm, as `spawnSync` does; its output is shown unless `options` has another `stdio`. */
export function npm(args, options = { stdio: 'inherit' }) {
  // Under `npm run` npm names its own script, which spares the shell that npm.cmd needs.
  const script = process.env.npm_execpath;
  if (script?.endsWith('npm-cli.js')) return spawnSync(process.execPath, [script, ...args], options);
  return spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
}
