// Provides packages for test programs: the packages of test/packages, which scripts/test.js installs, and autoreload as npm
// installs it.
import fs from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './project.ts';
import type { Project } from './project.ts';

/** Returns the absolute path of an installed package, or of a file in it. */
export function packagePath(...path: readonly string[]): string {
  const folder = process.env['TEST_PACKAGES'];
  if (folder === undefined) throw new Error('the packages are installed by scripts/test.js: use that');
  const found = join(folder, ...path);
  if (!fs.existsSync(found)) throw new Error(`not installed, add it to test/packages: ${path.join('/')}`);
  return found;
}

/** Links installed packages into the node_modules of a project. */
export function usePackages(project: Project, ...names: readonly string[]): void {
  for (const name of names) project.link(`node_modules/${name}`, packagePath(name));
}

/**
 * Replaces the link to autoreload in a project by a copy: compilers skip files in node_modules, but not files that a link
 * leads to outside.
 */
export function installAutoreload(project: Project): void {
  project.remove('node_modules/autoreload');
  for (const path of ['dist', 'package.json']) {
    fs.cpSync(join(ROOT, path), project.path(`node_modules/autoreload/${path}`), { recursive: true });
  }
  const { dependencies } = JSON.parse(fs.readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Readonly<Record<string, string>>;
  };
  for (const name of Object.keys(dependencies))
    project.link(`node_modules/${name}`, join(ROOT, 'node_modules', name));
}
