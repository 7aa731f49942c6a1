// Finds the npm script, so that the Node under test runs it without the shell that the npm launchers need.
import fs from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** Returns the real path of the npm script. */
export function npmCli(): string {
  const given = process.env['npm_execpath'];
  const folders = [dirname(process.execPath), ...(process.env['PATH'] ?? '').split(delimiter)];
  const found = [
    ...(given?.endsWith('npm-cli.js') ? [given] : []),
    ...folders.map((folder) => join(folder, 'npm')),
    ...folders.map((folder) => join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js')),
  ].flatMap((path) => (fs.existsSync(path) ? [fs.realpathSync(path)] : []));
  const script = found.find((path) => path.endsWith('.js'));
  if (script === undefined) throw new Error(`npm is in none of these folders: ${folders.join(', ')}`);
  return script;
}
