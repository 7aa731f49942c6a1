// The tools that autoreload is measured beside: installed once, from the lock file in bench/peers, and found again.
// Knows nothing of how they are called.
import fs from 'node:fs';
import { join } from 'node:path';
import { installPackages } from '../scripts/packages.js';

/** Tools that are programs of their own: npm brings the one for this platform, in a package beside that of the tool. */
const NATIVE = {
  bun: { scope: '@oven', binaries: ['bin/bun', 'bin/bun.exe'] },
  deno: { scope: '@deno', binaries: ['deno', 'deno.exe'] },
};

/** Tools that are scripts for Node, and which. */
const SCRIPTS = { tsx: 'dist/cli.mjs', nodemon: 'bin/nodemon.js', 'node-dev': 'bin/node-dev' };

/** What of it can be had here, by name: `path` is what is run, `folder` the package. Says what cannot. */
export function findPeers() {
  const installed = install();
  const peers = {};
  if (installed === undefined) return peers;
  for (const name of [...Object.keys(SCRIPTS), ...Object.keys(NATIVE)]) {
    const folder = join(installed, name);
    const path = name in SCRIPTS ? join(folder, SCRIPTS[name]) : findNative(installed, NATIVE[name]);
    if (path === undefined || !fs.existsSync(path)) {
      console.error(`${name} is left out: not to be had on ${process.platform} ${process.arch}`);
      continue;
    }
    const { version } = JSON.parse(fs.readFileSync(join(folder, 'package.json'), 'utf8'));
    peers[name] = { path, folder, version };
  }
  return peers;
}

function install() {
  try {
    return installPackages('bench/peers');
  } catch (error) {
    console.error(`all but autoreload and node are left out: ${error.message}`);
  }
}

function findNative(installed, { scope, binaries }) {
  const folder = join(installed, scope);
  if (!fs.existsSync(folder)) return undefined;
  const paths = fs
    .readdirSync(folder)
    .flatMap((name) => binaries.map((binary) => join(folder, name, binary)));
  return paths.find((path) => fs.existsSync(path));
}
