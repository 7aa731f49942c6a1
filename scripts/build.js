// Builds the package into dist: `node scripts/build.js [--sourcemap]`. Type declarations come from tsc, JavaScript from esbuild.
// The supervisor is a few files instead of about a hundred, because each file costs a start about 1 ms.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
declareTypes();
await bundle();

/** Writes the type declarations that the exports of the package reach. */
function declareTypes() {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const entries = JSON.stringify(exports).match(/[^"]+\.d\.[cm]?ts/g) ?? [];
  const reached = new Set(entries.map((entry) => join(root, entry)));
  // The loop also visits items that are added during it.
  for (const file of reached)
    for (const [, specifier] of readFileSync(file, 'utf8').matchAll(/(?:from |import\()'(\.[^']+)'/g))
      reached.add(join(dirname(file), specifier.replace(/\.(c?)[jt]s$/, '.d.$1ts')));
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' }))
    if (/\.d\.[cm]?ts$/.test(name) && !reached.has(join(dist, name))) rmSync(join(dist, name));
}

async function bundle() {
  const common = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    outdir: 'dist',
    outbase: 'src',
    sourcemap: process.argv.includes('--sourcemap'),
    logLevel: 'warning',
  };
  const files = (...names) => names.map((name) => `src/${name}`);
  const esm = { ...common, format: 'esm', define: { __dirname: 'import.meta.dirname' } };
  await Promise.all([
    // What starts the child, and what is loaded meanwhile.
    ...[files('register.ts', 'cli.ts'), files('supervisor/index.ts', 'supervisor/supervision.ts')].map(
      (entryPoints) =>
        // One folder below dist: shared/paths.cts relies on it.
        build({ ...esm, entryPoints, splitting: true, chunkNames: 'shared/[name]-[hash]' }),
    ),
    // One file each: they run in other processes.
    build({ ...esm, entryPoints: files('index.ts', 'supervisor/reaper.ts', 'crash-page/main.ts') }),
    build({
      ...esm,
      entryPoints: files('loader/warm-esm-loader.mts', 'loader/linked-gate.mts'),
      outExtension: { '.js': '.mjs' },
    }),
    build({
      ...common,
      entryPoints: files(
        'index.cts',
        'supervisor/index.cts',
        'loader/entry.cts',
        'loader/preload.cts',
        'loader/late-gate.cts',
        'loader/off-thread-hooks.cts',
      ),
      format: 'cjs',
      outExtension: { '.js': '.cjs' },
      external: ['./index.js', './preload.cjs'],
    }),
  ]);
}
