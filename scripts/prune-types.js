// Removes the type declarations in dist that no entry of the package reaches: a part of `npm run build`.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const entries = JSON.stringify(exports).match(/[^"]+\.d\.[cm]?ts/g) ?? [];
const reached = new Set(entries.map((entry) => join(root, entry)));
// The loop also visits items that are added during it.
for (const file of reached)
  for (const [, specifier] of readFileSync(file, 'utf8').matchAll(/(?:from |import\()'(\.[^']+)'/g))
    reached.add(
      join(dirname(file), specifier.replace(/\.(c?)ts$/, '.d.$1ts').replace(/\.(c?)js$/, '.d.$1ts')),
    );

const dist = join(root, 'dist');
for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' }))
  if (/\.d\.[cm]?ts$/.test(name) && !reached.has(join(dist, name))) rmSync(join(dist, name));
