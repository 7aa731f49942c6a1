// A program that prints what it has loaded from each of its files, and what the files on disk contain.
import { Project } from '../helpers/project.ts';

export interface Place {
  readonly path: string;
  /** A complete file with this token. */
  readonly content: (token: string) => string;
  /** The file is code or JSON, and its first half is a syntax error. */
  readonly isParsed: boolean;
  /** The name is a link: the file is saved behind it, or the link gets another target. */
  readonly isLink: boolean;
  /** Node or the program reads it at a moment that nobody sees, so a save near a start may restart once more. */
  readonly isReadLate: boolean;
}

/** Modules that are never saved, so that a standby has something to link. */
const FILLERS = Array.from({ length: 16 }, (_, n) => `fill/${n}.mjs`);

const APP = `${FILLERS.map((path) => `import './${path}';\n`).join('')}
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import module from './lib/module.mjs';
import commonjs from './lib/deep/commonjs.cjs';
import linked from './linked.mjs';

const read = (path) => readFileSync(path, 'utf8');
const loaded = {
  module,
  commonjs,
  linked,
  json: createRequire(import.meta.url)('./data.json').token,
  env: process.env.TOKEN ?? '',
  package: JSON.parse(read('package.json')).token,
  asset: read(new URL('./page.txt', import.meta.url)),
  config: read(new URL('./conf/token.txt', import.meta.url)),
  tracked: read('views/view.txt'),
};
if (process.env.SOAK_HELPER) [loaded.helper] = await once(fork('./helper.mjs'), 'message');
console.log('loaded ' + JSON.stringify({ pid: process.pid, ...loaded, entry: TOKEN }));

const server = http.createServer((request, response) => {
  const answer = () => response.end(JSON.stringify({ pid: process.pid, ...loaded, entry: TOKEN }));
  if (request.url === '/slow') setTimeout(answer, 100);
  else answer();
});
server.listen(0, '127.0.0.1', () => console.log('listening ' + server.address().port));
`;

const place = (path: string, content: Place['content'], more: Partial<Place> = {}): Place => ({
  path,
  content,
  isParsed: !/\.txt$|env$/.test(path),
  isLink: false,
  isReadLate: !/\.[mc]?js$|data\.json$/.test(path),
  ...more,
});

const PLACES: Readonly<Record<string, Place>> = {
  entry: place('app.mjs', (token) => `const TOKEN = '${token}';\n${APP}`),
  module: place('lib/module.mjs', (token) => `export default '${token}';\n`),
  commonjs: place('lib/deep/commonjs.cjs', (token) => `module.exports = '${token}';\n`),
  linked: place('linked.mjs', (token) => `export default '${token}';\n`, { isLink: true }),
  json: place('data.json', (token) => `{ "token": "${token}" }\n`),
  env: place('.env', (token) => `TOKEN=${token}\n`),
  package: place('package.json', (token) => `{ "type": "module", "token": "${token}" }\n`),
  asset: place('page.txt', (token) => token),
  config: place('conf/token.txt', (token) => token, { isLink: true }),
  tracked: place('views/view.txt', (token) => token),
  helper: place('helper.mjs', (token) => `process.send('${token}');\nsetInterval(() => {}, 1000);\n`),
};

export class World {
  readonly project: Project;
  readonly hasHelper: boolean;
  /** The last token that was saved, by the name of its place. */
  readonly tokens: Record<string, string> = {};
  readonly names: readonly string[];
  #revision = 0;

  constructor(hasHelper: boolean) {
    this.hasHelper = hasHelper;
    this.names = Object.keys(PLACES).filter((name) => hasHelper || name !== 'helper');
    this.project = new Project({
      'unloaded.mjs': '',
      ...Object.fromEntries(FILLERS.map((path) => [path, ''])),
    });
    this.project.link('conf/token.txt', '..data/token.txt');
    for (const name of this.names) {
      this.tokens[name] = 'first';
      const { isLink, path, content } = this.place(name);
      if (isLink) this.swap(name);
      else this.project.write(path, content('first'));
    }
  }

  place(name: string): Place {
    return PLACES[name]!;
  }

  /** The content that a place should have now. */
  content(name: string): string {
    return this.place(name).content(this.tokens[name]!);
  }

  /** Writes the content to a new file or folder, and gives the link this target: Kubernetes updates a ConfigMap so. */
  swap(name: string): void {
    const { project } = this;
    const revision = `..revision${++this.#revision}`;
    if (name === 'linked') {
      project.write(`${revision}.mjs`, this.content(name));
      project.replaceLink('linked.mjs', `${revision}.mjs`);
    } else {
      project.write(`conf/${revision}/token.txt`, this.content(name));
      project.replaceLink('conf/..data', revision);
    }
  }

  /** Whether a line or a body of the program says that it has loaded what is on the disk. */
  isLoaded(facts: Readonly<Record<string, unknown>>): boolean {
    return this.names.every((name) => facts[name] === this.tokens[name]);
  }

  [Symbol.dispose](): void {
    this.project[Symbol.dispose]();
  }
}
