// Finds the files that Node and TypeScript loaders read to decide how a module is loaded: package.json and tsconfig.json.
// Does not know their effect, nor whether they have changed.
import { dirname, join } from 'node:path';
import { AutoreloadError } from '../../shared/errors.ts';
import { isInPackage, toPath } from '../../shared/module-url.ts';
import type { ModuleUrl } from '../../shared/module-url.ts';
import { ancestors, display, isInside } from '../util/paths.ts';
import { exists, textOf } from '../util/safe-fs.ts';
import { isTypeScript } from './source-scan.ts';
import { isTypeScriptLoader, nearestTsconfig, tsconfigFiles } from './tsconfig.ts';

export interface SettingFilesOptions {
  readonly cwd: string;
  /** A setting file counts, whether or not it exists. `from`: the module, or the setting file, because of which. */
  readonly onFound: (path: string, from: ModuleUrl | undefined) => void;
  readonly onProblem: (error: AutoreloadError) => void;
}

export class SettingFiles {
  readonly #options: SettingFilesOptions;
  /** Absolute paths of the setting files of this run, whether or not they exist. */
  readonly paths: Set<string> = new Set();
  /** Folders whose package.json has been found in this run, and each tsconfig.json. */
  readonly #found = new Set<string>();
  /** TypeScript modules of this run, which matter once a loader compiles them; undefined from then on. */
  #uncompiled: ModuleUrl[] | undefined = [];
  /** Content of each invalid tsconfig.json when it was reported, so that it is reported once. */
  readonly #reported = new Map<string, string | undefined>();

  constructor(options: SettingFilesOptions) {
    this.#options = options;
  }

  /** A run begins. `settings`: files that Node reads because of its options. */
  begin(settings: readonly string[]): void {
    this.paths.clear();
    this.#found.clear();
    this.#uncompiled = [];
    for (const path of settings) this.#add(path, undefined);
  }

  /** The run has loaded a module. Those of packages matter only if they are TypeScript loaders. */
  addModule(url: ModuleUrl, path: string): void {
    if (this.#uncompiled && isTypeScriptLoader(path)) {
      for (const module of this.#uncompiled) this.#addTsconfigs(module);
      this.#uncompiled = undefined;
    }
    if (isInPackage(path)) return;
    this.addScope(path, url);
    if (!isTypeScript(path)) return;
    if (this.#uncompiled) this.#uncompiled.push(url);
    else this.#addTsconfigs(url);
  }

  /** Adds the package.json files in whose scope a path is. */
  addScope(path: string, from: ModuleUrl | undefined): void {
    const folder = dirname(path);
    if (this.#found.has(folder)) return;
    this.#found.add(folder);
    for (const file of packageScope(path, this.#options.cwd)) this.#add(file, from);
  }

  #addTsconfigs(url: ModuleUrl): void {
    // Some loaders start to look in the folder of the module, others in the working directory.
    for (const start of [toPath(url), join(this.#options.cwd, 'noop.js')]) {
      const nearest = nearestTsconfig(start);
      if (nearest === undefined || this.#found.has(nearest)) continue;
      this.#found.add(nearest);
      for (const [path, extendedBy] of tsconfigFiles(nearest, (invalid) => this.#report(invalid)))
        this.#add(path, extendedBy ?? url);
    }
  }

  #add(path: string, from: ModuleUrl | undefined): void {
    this.paths.add(path);
    this.#options.onFound(path, from);
  }

  #report(path: string): void {
    const content = textOf(path);
    if (this.#reported.get(path) === content) return;
    this.#reported.set(path, content);
    const name = display(path, this.#options.cwd);
    const message = `${name} is not valid JSON, so what it extends may not be watched. Correct it.`;
    this.#options.onProblem(new AutoreloadError('ERR_AUTORELOAD_TSCONFIG', message));
  }
}

/**
 * Lists the nearest package.json above a module, and the paths in the project where a nearer one would take effect.
 *
 * @param path absolute path of the module
 * @param cwd folder of the project
 */
export function packageScope(path: string, cwd: string): string[] {
  const absent: string[] = [];
  for (const folder of ancestors(path)) {
    const file = join(folder, 'package.json');
    if (exists(file)) return [...absent, file];
    if (isInside(file, cwd)) absent.push(file);
  }
  return absent;
}
