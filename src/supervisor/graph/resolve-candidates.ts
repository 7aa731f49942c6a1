// Where something that did not resolve would appear, so that creating it restarts. Pure but for what it asks the disk.
import { ancestors } from '../util/paths.ts';
import { dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What `require`, and the loaders that people use for TypeScript, add to a path. */
const EXTENSIONS = ['.js', '.json', '.node', '.mjs', '.cjs', '.ts', '.tsx', '.mts', '.cts', '.jsx'];

/** For TypeScript's `import './a.js'` that means `./a.ts`. */
const TYPESCRIPT: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
};

/** What has to be known of the disk. */
export interface Disk {
  /** Whether a file or folder exists. */
  readonly exists: (path: string) => boolean;
  /** A package.json, empty when there is none. */
  readonly readPackage: (path: string) => {
    readonly main?: unknown;
    readonly exports?: unknown;
    readonly imports?: unknown;
  };
}

/**
 * The files of which one would have to exist for `specifier` to resolve.
 *
 * @param specifier as the app wrote it, or the absolute path or URL of the entry
 * @param parent absolute path of the importing module, or of the working directory with a trailing name
 */
export function candidates(specifier: string, parent: string, disk: Disk): string[] {
  if (/^(node|data|https?|blob):/.test(specifier) || specifier === '') return [];
  if (specifier.startsWith('#')) return internalCandidates(parent, disk);
  const paths = literalPaths(specifier, parent);
  return paths ? [...new Set(paths.flatMap(fileCandidates))] : packageCandidates(specifier, parent, disk);
}

/** The paths that a relative or absolute specifier names: `import` reads a URL, `require` a path. */
export function literalPaths(specifier: string, parent: string): string[] | undefined {
  if (specifier.startsWith('file:')) {
    try {
      return [fileURLToPath(specifier)];
    } catch {
      return [];
    }
  }
  if (!/^\.{0,2}\//.test(specifier) && !/^\.{1,2}$/.test(specifier) && !isAbsolute(specifier))
    return undefined;
  const asPath = resolve(dirname(parent), specifier);
  const asUrl = resolve(dirname(parent), decode(specifier.replace(/[?#].*$/s, '')));
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
    path,
    ...EXTENSIONS.map((added) => path + added),
    ...(TYPESCRIPT[extension] ?? []).map((other) => stem + other),
    ...['index.js', 'index.json', 'index.ts', 'index.mjs', 'package.json'].map((name) => join(path, name)),
  ];
}

/** `#name` is what the nearest package.json says under `imports`. */
function internalCandidates(parent: string, disk: Disk): string[] {
  const home = ancestors(parent).find((folder) => disk.exists(join(folder, 'package.json')));
  if (home === undefined) return [];
  const targets = strings(disk.readPackage(join(home, 'package.json')).imports).filter((target) =>
    target.startsWith('./'),
  );
  return [join(home, 'package.json'), ...targets.flatMap((target) => fileCandidates(join(home, target)))];
}

function packageCandidates(specifier: string, parent: string, disk: Disk): string[] {
  const name = packageName(specifier);
  const subpath = specifier.slice(name.length + 1);
  const folders = ancestors(parent).filter((folder) => !/[\\/]node_modules$/.test(folder));
  const roots = folders.filter(
    (folder) => disk.exists(join(folder, 'node_modules')) || disk.exists(join(folder, 'package.json')),
  );
  return (roots.length > 0 ? roots : folders.slice(0, 1)).flatMap((folder) => {
    const home = join(folder, 'node_modules', name);
    return [
      ...['package.json', 'index.js', 'index.json'].map((file) => join(home, file)),
      ...(disk.exists(home) ? insideCandidates(home, subpath, disk) : []),
    ];
  });
}

/** The package is there, but not the file: it is being installed, or names a file that it does not have. */
function insideCandidates(home: string, subpath: string, disk: Disk): string[] {
  const { main, exports } = disk.readPackage(join(home, 'package.json'));
  const targets = [...strings(main), ...strings(exports)].map((target) => target.replaceAll('*', subpath));
  return [...targets, subpath].filter(Boolean).flatMap((target) => fileCandidates(join(home, target)));
}

/** Every string in a value of package.json, whatever the conditions under which it holds. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : [];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
