// Lists the files that would make a missed import resolve, so that creating one of them restarts the program. Keeps no state.
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { attempt } from '../../shared/attempt.cts';
import { ancestors } from '../util/paths.ts';
import { exists, textOf } from '../util/safe-fs.ts';

/** Extensions that `require` and common TypeScript loaders add to a path. */
const EXTENSIONS = ['', '.js', '.json', '.node', '.mjs', '.cjs', '.ts', '.tsx', '.mts', '.cts', '.jsx'];

/** Entries of a folder in which a package may be installed. */
const ROOT_MARKS = ['node_modules', 'package.json'];

/** Extensions of TypeScript sources: `import './a.js'` may mean `./a.ts`. */
const TYPESCRIPT: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
};

/**
 * Lists the files of which one would have to exist for `specifier` to resolve.
 *
 * @param specifier as the app wrote it, or the absolute path or URL of the entry
 * @param parent absolute path of the importing module, or any name in the working directory
 */
export function candidates(specifier: string, parent: string): string[] {
  if (/^(node|data|https?|blob):/.test(specifier) || specifier === '') return [];
  if (specifier.startsWith('#')) return internalCandidates(parent);
  const paths = literalPaths(specifier, parent);
  return paths ? [...new Set(paths.flatMap(fileCandidates))] : packageCandidates(specifier, parent);
}

/** The paths that a relative or absolute specifier may mean: `import` reads it as a URL, `require` as a path. */
export function literalPaths(specifier: string, parent: string): string[] | undefined {
  if (specifier.startsWith('file:')) {
    const path = attempt(() => fileURLToPath(specifier));
    return path === undefined ? [] : [path];
  }
  if (!/^(\.{0,2}\/|\.{1,2}$)/.test(specifier) && !isAbsolute(specifier)) return undefined;
  const asPath = resolve(dirname(parent), specifier);
  const withoutQuery = specifier.replace(/[?#].*$/s, '');
  const asUrl = resolve(dirname(parent), attempt(() => decodeURIComponent(withoutQuery)) ?? withoutQuery);
  return asPath === asUrl ? [asPath] : [asUrl, asPath];
}

/** `@scope/name` of `@scope/name/sub/path`. */
export function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function fileCandidates(path: string): string[] {
  const extension = extname(path);
  const stem = path.slice(0, path.length - extension.length);
  return [
    ...EXTENSIONS.map((added) => path + added),
    ...(TYPESCRIPT[extension] ?? []).map((other) => stem + other),
    ...['index.js', 'index.json', 'index.ts', 'index.mjs', 'package.json'].map((name) => join(path, name)),
  ];
}

/** Candidates of `#name`, which the nearest package.json maps under `imports`. */
function internalCandidates(parent: string): string[] {
  const home = ancestors(parent).find((folder) => exists(join(folder, 'package.json')));
  if (home === undefined) return [];
  const file = join(home, 'package.json');
  const targets = strings(readPackage(file).imports).filter((target) => target.startsWith('./'));
  return [file, ...targets.flatMap((target) => fileCandidates(join(home, target)))];
}

function packageCandidates(specifier: string, parent: string): string[] {
  const name = packageName(specifier);
  const subpath = specifier.slice(name.length + 1);
  const folders = ancestors(parent).filter((folder) => basename(folder) !== 'node_modules');
  const roots = folders.filter((folder) => ROOT_MARKS.some((mark) => exists(join(folder, mark))));
  return (roots.length > 0 ? roots : folders.slice(0, 1)).flatMap((folder) => {
    const home = join(folder, 'node_modules', name);
    return [
      ...['package.json', 'index.js', 'index.json'].map((file) => join(home, file)),
      ...(exists(home) ? insideCandidates(home, subpath) : []),
    ];
  });
}

/** Candidates inside a package folder that exists: the package is being installed, or names a file that it lacks. */
function insideCandidates(home: string, subpath: string): string[] {
  const { main, exports } = readPackage(join(home, 'package.json'));
  const targets = [...strings(main), ...strings(exports)].map((target) => target.replaceAll('*', subpath));
  return [...targets, subpath].filter(Boolean).flatMap((target) => fileCandidates(join(home, target)));
}

/** All strings in a value of package.json, under any condition. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : [];
}

function readPackage(path: string): Partial<Record<'main' | 'exports' | 'imports', unknown>> {
  return attempt(() => JSON.parse(textOf(path) ?? '') as object) ?? {};
}
