// Creates a program in a temporary folder, which is removed at the end of the test.
import fs from 'node:fs';
import os from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the package under test, from build/test/helpers. */
export const ROOT: string = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

export class Project {
  readonly dir: string;

  /** @param files content of files by relative path; package.json makes it ESM unless given */
  constructor(files: Readonly<Record<string, string>>) {
    this.dir = fs.realpathSync(fs.mkdtempSync(join(os.tmpdir(), 'autoreload test-')));
    this.link('node_modules/autoreload', ROOT);
    for (const [path, content] of Object.entries({ 'package.json': '{"type":"module"}', ...files })) {
      this.write(path, content);
    }
  }

  /** Returns an absolute path. */
  path(path: string): string {
    return join(this.dir, path);
  }

  /** Writes a file in place, as most editors do. Creates its folder. */
  write(path: string, content: string): void {
    fs.mkdirSync(dirname(this.path(path)), { recursive: true });
    fs.writeFileSync(this.path(path), content);
  }

  /** Writes a new file and renames it over the old one. */
  replace(path: string, content: string): void {
    fs.writeFileSync(this.path(`${path}.tmp`), content);
    fs.renameSync(this.path(`${path}.tmp`), this.path(path));
  }

  read(path: string): string {
    return fs.readFileSync(this.path(path), 'utf8');
  }

  /** Creates or retargets a symlink. */
  link(path: string, target: string): void {
    fs.mkdirSync(dirname(this.path(path)), { recursive: true });
    fs.rmSync(this.path(path), { force: true });
    fs.symlinkSync(target, this.path(path), process.platform === 'win32' ? 'junction' : undefined);
  }

  /** Creates a link and renames it over the old one. */
  replaceLink(path: string, target: string): void {
    this.link(`${path}.tmp`, target);
    fs.renameSync(this.path(`${path}.tmp`), this.path(path));
  }

  remove(path: string): void {
    fs.rmSync(this.path(path), { recursive: true, force: true });
  }

  [Symbol.dispose](): void {
    fs.rmSync(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }
}
