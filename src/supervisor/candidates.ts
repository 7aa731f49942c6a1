// Where something that did not resolve would appear, so that creating it restarts. Pure but for the question whether
// a path exists.
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

/**
 * The files of which one would have to exist for `specifier` to resolve.
 *
 * @param specifier as the app wrote it, or the absolute path or URL of the entry
 * @param parent absolute path of the importing module, or of the working directory with a trailing name
 * @param exists whether a file or folder exists
 */
export function candidates(specifier: string, parent: string, exists: (path: string) => boolean): string[] {
  if (/^(node|data|https?|blob):/.test(specifier) || specifier === '' || specifier.startsWith('#')) return [];
  const paths = literalPaths(specifier, parent);
  return paths ? [...new Set(paths.flatMap(fileCandidates))] : packageCandidates(specifier, parent, exists);
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

/** The folders from a file up to the root. */
export function ancestors(path: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    folders.push(folder);
    if (folder === dirname(folder)) return folders;
  }
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

function packageCandidates(specifier: string, parent: string, exists: (path: string) => boolean): string[] {
  const name = packageName(specifier);
  const subpath = specifier.slice(name.length + 1);
  const folders = ancestors(parent).filter((folder) => !/[\\/]node_modules$/.test(folder));
  const roots = folders.filter(
    (folder) => exists(join(folder, 'node_modules')) || exists(join(folder, 'package.json')),
  );
  return (roots.length > 0 ? roots : folders.slice(0, 1)).flatMap((folder) => {
    const home = join(folder, 'node_modules', name);
    return [
      ...['package.json', 'index.js', 'index.json'].map((file) => join(home, file)),
      ...(subpath && exists(home) ? fileCandidates(join(home, subpath)) : []),
    ];
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
