// Companions: the files that are part of the program without being modules. Finds the settings that Node and loaders read
// and the assets that modules name. Knows neither what these files hold nor whether they have changed.
import { dirname, join } from 'node:path';
import { AutoreloadError } from '../../shared/errors.ts';
import { isInPackage, pathOf, toModuleUrl, toPath } from '../../shared/module-url.ts';
import type { ModuleUrl } from '../../shared/module-url.ts';
import { exists, textOf } from '../util/safe-fs.ts';
import type { Edge } from './module-graph.ts';
import { display } from '../util/format.ts';
import { isNeverEdited, SelfWritten } from '../contents/self-written.ts';
import { isTypeScript } from './source-scan.ts';
import type { Scan, ScanCache } from './source-scan.ts';
import { scopeFiles } from './package-scope.ts';
import type { Change } from '../lifecycle/state.ts';
import { isTypeScriptLoader, nearestTsconfig, tsconfigFiles } from './tsconfig.ts';

export interface CompanionsOptions {
  readonly cwd: string;
  /** Files that Node reads because of its options. */
  readonly settings: readonly string[];
  readonly scans: ScanCache;
  /** A companion counts, whether or not it is there. */
  readonly onFound: (path: string, edge: Omit<Edge, 'to'>) => void;
  /** The source of a module has been looked at. */
  readonly onScanned: (url: ModuleUrl, scan: Scan) => void;
  readonly onProblem: (error: AutoreloadError) => void;
}

export class Companions {
  readonly #options: CompanionsOptions;
  readonly #outputs = new SelfWritten();
  /** The user's own modules of this run whose source has not been looked at. */
  #unscanned: ModuleUrl[] = [];
  /** The user's own modules of this run that a loader would compile. */
  #typeScript: ModuleUrl[] = [];
  #hasLoader = false;
  /** Folders whose package.json, and tsconfig.json files, that have been found in this run. */
  readonly #scoped = new Set<string>();
  readonly #tsconfigs = new Set<string>();
  readonly #settings = new Set<string>();
  /** Settings that cannot be read, and what they held; each is told once. */
  readonly #broken = new Map<string, string | undefined>();

  constructor(options: CompanionsOptions) {
    this.#options = options;
  }

  /** A new run begins. */
  begin(): void {
    this.#unscanned = [];
    this.#typeScript = [];
    this.#hasLoader = false;
    this.#scoped.clear();
    this.#tsconfigs.clear();
    this.#settings.clear();
    for (const path of this.#options.settings) this.#setting(path, undefined);
  }

  /** The run has loaded a module: finds its settings. Its assets come later, with {@link scanNext}. */
  loaded(url: ModuleUrl, path: string): void {
    if (isTypeScriptLoader(path) && !this.#hasLoader) {
      this.#hasLoader = true;
      for (const module of this.#typeScript) this.#tsconfig(module);
    }
    if (isInPackage(path)) return;
    this.#unscanned.push(url);
    this.scope(path, url);
    if (!isTypeScript(path)) return;
    this.#typeScript.push(url);
    if (this.#hasLoader) this.#tsconfig(url);
  }

  /** Finds the package.json that decides about a module. */
  scope(path: string, from: ModuleUrl | undefined): void {
    const folder = dirname(path);
    if (this.#scoped.has(folder)) return;
    this.#scoped.add(folder);
    for (const file of scopeFiles(path, this.#options.cwd, exists)) this.#setting(file, from);
  }

  /** Finds the assets of one more module. Returns false when there was none left. */
  scanNext(): boolean {
    const url = this.#unscanned.pop();
    if (url === undefined) return false;
    const { scans, onFound, onScanned } = this.#options;
    const scan = scans.of(toPath(url));
    for (const { specifier } of scan.assets) {
      const path = assetPath(specifier, url);
      if (path !== undefined && !isNeverEdited(path))
        onFound(path, { from: url, reason: 'asset', specifier });
    }
    onScanned(url, scan);
    return true;
  }

  /** The settings of this run, whether or not they are there. */
  get settings(): string[] {
    return [...this.#settings];
  }

  /** See {@link SelfWritten.written}. */
  written(files: Change['files'], age: number): string[] {
    return this.#outputs.written(files, age);
  }

  #tsconfig(url: ModuleUrl): void {
    // Loaders look from the working directory, from the entry, or from the module.
    for (const from of [toPath(url), join(this.#options.cwd, 'noop.js')]) {
      const nearest = nearestTsconfig(from);
      if (nearest === undefined || this.#tsconfigs.has(nearest)) continue;
      this.#tsconfigs.add(nearest);
      for (const { path, extendedBy } of tsconfigFiles(nearest, (broken) => this.#tellBroken(broken)))
        this.#setting(path, extendedBy ?? url);
    }
  }

  #setting(path: string, from: ModuleUrl | undefined): void {
    this.#settings.add(path);
    this.#options.onFound(path, { from, reason: 'setting', specifier: undefined });
  }

  #tellBroken(path: string): void {
    const content = textOf(path);
    if (this.#broken.get(path) === content) return;
    this.#broken.set(path, content);
    const name = display(path, this.#options.cwd);
    const message = `${name} is not valid JSON, so what it extends may not be watched. Correct it.`;
    this.#options.onProblem(new AutoreloadError('ERR_AUTORELOAD_TSCONFIG', message));
  }
}

/** The file of an asset; a folder is none. */
function assetPath(specifier: string, url: ModuleUrl): string | undefined {
  if (!URL.canParse(specifier, url)) return undefined;
  const { href, pathname } = new URL(specifier, url);
  const asset = pathname.endsWith('/') ? undefined : toModuleUrl(href);
  return asset && pathOf(asset);
}
