// Lists the files that would make a missed import resolve, so that creating one of them restarts the program. Keeps no state.
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { attempt } from '../../shared/attempt.cts';
import { isInPackage } from '../../shared/module-url.ts';
import { ancestors } from '../util/paths.ts';
import { exists, isFolder, textOf } from '../util/safe-fs.ts';
import { isTypeScript } from './source-scan.ts';
import { pathMaps } from './tsconfig.ts';

/** Extensions that `require` and common TypeScript loaders add to a path. */
const EXTENSIONS = ['', '.js', '.json', '.node', '.mjs', '.cjs', '.ts', '.tsx', '.mts', '.cts', '.jsx'];

/** Extensions of TypeScript sources: `import './a.js'` may mean `./a.ts`. */
const TYPESCRIPT: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
};

/** What would make a specifier resolve. */
export interface Missing {
  /** The file or package as a person looks for it: a path, or the specifier if no path is known. */
  readonly name: string;
  /** The files of which one would have to exist. */
  readonly paths: readonly string[];
}

/**
 * Finds what would make `specifier` resolve.
 *
 * @param specifier as the app wrote it, or the absolute path or URL of the entry
 * @param parent absolute path of the importing module, or any name in the working directory
 * @param nodePath absolute paths of the folders in NODE_PATH
 */
export function missingFor(specifier: string, parent: string, nodePath: readonly string[] = []): Missing {
  if (/^(node|data|https?|blob):/.test(specifier) || specifier === '') return { name: specifier, paths: [] };
  if (specifier.startsWith('#')) return missingInternal(specifier, parent, nodePath);
  const literal = literalPaths(specifier, parent);
  const named = literal ?? [...selfPaths(specifier, parent), ...aliasPaths(specifier, parent)];
  const others = literal ? [] : nodePath.map((folder) => join(folder, specifier));
  const installed = literal ? undefined : missingPackage(specifier, parent);
  const paths = [...[...named, ...others].flatMap(fileCandidates), ...(installed?.paths ?? [])];
  const [first] = named;
  const name = first === undefined ? installed?.name : (mainOf(first) ?? first);
  return { name: name ?? specifier, paths: [...new Set(paths)] };
}

/** The files outside packages that a specifier may mean, by the rules of Node and of loaders. */
export function ownPaths(specifier: string, parent: string): string[] {
  const named = literalPaths(specifier, parent) ?? [
    ...selfPaths(specifier, parent),
    ...aliasPaths(specifier, parent),
  ];
  const paths = specifier.startsWith('#')
    ? missingFor(specifier, parent).paths
    : named.flatMap(fileCandidates);
  return paths.filter((path) => !isInPackage(path));
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

/** The candidates of a path. The main file of a folder comes first. */
function fileCandidates(path: string): string[] {
  const main = mainOf(path);
  return [...(main === undefined ? [] : spellings(main)), ...spellings(path)];
}

function spellings(path: string): string[] {
  const extension = extname(path);
  const stem = path.slice(0, path.length - extension.length);
  return [
    ...EXTENSIONS.map((added) => path + added),
    ...(TYPESCRIPT[extension] ?? []).map((other) => stem + other),
    ...['index.js', 'index.json', 'index.ts', 'index.mjs', 'package.json'].map((name) => join(path, name)),
  ];
}

/** The main file of a folder, as its package.json names it. */
function mainOf(folder: string): string | undefined {
  const { main } = isFolder(folder) ? readPackage(join(folder, 'package.json')) : {};
  return typeof main === 'string' ? join(folder, main) : undefined;
}

/** What would make `#name` resolve, which the nearest package.json maps under `imports` to a file or to a package. */
function missingInternal(specifier: string, parent: string, nodePath: readonly string[]): Missing {
  const home = packageFolder(parent);
  if (home === undefined) return { name: specifier, paths: [] };
  const file = join(home, 'package.json');
  const found = targetsOf(readPackage(file).imports, specifier)
    .filter((target) => !target.startsWith('#'))
    .map((target) => missingFor(target, file, nodePath));
  return { name: found[0]?.name ?? specifier, paths: [...found.flatMap(({ paths }) => paths), file] };
}

/** The files that a package means by its own name. */
function selfPaths(specifier: string, parent: string): string[] {
  const home = packageFolder(parent);
  const { name, exports } = home === undefined ? {} : readPackage(join(home, 'package.json'));
  if (home === undefined || name !== packageName(specifier)) return [];
  return targetsOf(exports, `.${specifier.slice(name.length)}`).map((target) => join(home, target));
}

/** The files that `paths` in the nearest tsconfig.json maps an import of a TypeScript module to. */
function aliasPaths(specifier: string, parent: string): string[] {
  const maps = isTypeScript(parent) && !isInPackage(parent) ? pathMaps(parent) : [];
  return maps.flatMap(({ folder, paths }) =>
    targetsOf(paths, specifier, true).map((target) => resolve(folder, target)),
  );
}

function missingPackage(specifier: string, parent: string): Missing {
  const name = packageName(specifier);
  const folders = ancestors(parent).filter((folder) => basename(folder) !== 'node_modules');
  const homes = folders.map((folder) => join(folder, 'node_modules', name));
  const installed = homes.find(exists);
  const inside = installed === undefined ? [] : insidePaths(installed, specifier.slice(name.length + 1));
  const roots = folders.filter(isRoot);
  const places = (roots.length > 0 ? roots : folders.slice(0, 1)).map((folder) =>
    join(folder, 'node_modules', name),
  );
  const own = folders.find((folder) => isRoot(folder) && !isInPackage(join(folder, name)));
  return {
    name: inside[0] ?? installed ?? join(own ?? folders[0] ?? '', 'node_modules', name),
    paths: [
      ...places.flatMap((home) => ['package.json', 'index.js', 'index.json'].map((file) => join(home, file))),
      ...inside.flatMap(fileCandidates),
    ],
  };
}

/** Whether a package may be installed in a folder. */
function isRoot(folder: string): boolean {
  return ['node_modules', 'package.json'].some((mark) => exists(join(folder, mark)));
}

/** The files that a specifier means in a package folder that exists: the package is being installed, or lacks the file. */
function insidePaths(home: string, subpath: string): string[] {
  const { main, exports } = readPackage(join(home, 'package.json'));
  const targets = targetsOf(exports, subpath === '' ? '.' : `./${subpath}`);
  const others = subpath === '' ? [...strings(main), 'index.js'] : [subpath];
  return [...targets, ...others].map((target) => join(home, target));
}

/**
 * The targets of a key in `imports` or `exports` of a package.json or in `paths` of a tsconfig.json, under any condition.
 *
 * @param isFlat whether each key is a specifier, so that none is a condition
 */
function targetsOf(map: unknown, key: string, isFlat = false): string[] {
  const entries = typeof map === 'object' && map !== null ? Object.entries(map) : [];
  if (!isFlat && !entries.some(([name]) => /^[.#]/.test(name))) return key === '.' ? strings(map) : [];
  return entries.flatMap(([pattern, targets]) => {
    const part = matchedPart(pattern, key);
    return part === undefined ? [] : strings(targets).map((target) => target.replaceAll('*', part));
  });
}

/** What `*` in a pattern stands for in a key; undefined if the key does not match. */
function matchedPart(pattern: string, key: string): string | undefined {
  if (pattern === key) return '';
  const [start = '', end, more] = pattern.split('*');
  if (end === undefined || more !== undefined || key.length <= start.length + end.length) return undefined;
  return key.startsWith(start) && key.endsWith(end)
    ? key.slice(start.length, key.length - end.length)
    : undefined;
}

/** The folder of the nearest package.json above a file. */
function packageFolder(path: string): string | undefined {
  return ancestors(path).find((folder) => exists(join(folder, 'package.json')));
}

/** All strings in a value of package.json, under any condition. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : [];
}

function readPackage(path: string): Partial<Record<'name' | 'main' | 'exports' | 'imports', unknown>> {
  return attempt(() => JSON.parse(textOf(path) ?? '') as object) ?? {};
}
