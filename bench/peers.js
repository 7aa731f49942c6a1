// Installs the tools that autoreload is compared with, once, from the lock file in bench/peers.
import fs from 'node:fs';
import { join } from 'node:path';
import { installPackages } from '../scripts/packages.js';

/** Native tools: npm installs the binary of this platform as a package of its own. */
const NATIVE = {
  bun: { scope: '@oven', binaries: ['bin/bun', 'bin/bun.exe'] },
  deno: { scope: '@deno', binaries: ['deno', 'deno.exe'] },
};

/** Tools that are Node scripts, and their entries. */
const SCRIPTS = {
  tsx: 'dist/cli.mjs',
  nodemon: 'bin/nodemon.js',
  'node-dev': 'bin/node-dev',
  'vite-node': 'dist/cli.mjs',
};

/** The installed tools by name: `path` of the executable, `folder` of the package. Prints the names of missing ones. */
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

/** The folders of those packages that are installed, by name. */
export function findPackages(names) {
  const installed = install();
  if (installed === undefined) return {};
  const folders = names.map((name) => [name, join(installed, name)]);
  return Object.fromEntries(folders.filter(([, folder]) => fs.existsSync(folder)));
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
