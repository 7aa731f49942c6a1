// With Yarn Plug'n'Play, packages outside node_modules, in folders and in archives, restart the program.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { run } from '../../helpers/autoreload.ts';
import { installAutoreload, packagePath } from '../../helpers/packages.ts';
import { Project, ROOT } from '../../helpers/project.ts';

const ALIVE = 'setInterval(() => {}, 1000);\n';
const PNP = ['-r', './.pnp.cjs'];
const AUTORELOAD = ['--import', 'autoreload/register'];

/** The function of `@yarnpkg/pnp` that generates `.pnp.cjs`. */
interface Pnp {
  generateInlinedScript(settings: unknown): string;
  getESMLoaderTemplate(): string;
}

for (const execArgv of [
  [...PNP, ...AUTORELOAD],
  [...AUTORELOAD, ...PNP],
]) {
  test(`a package in a folder: node ${execArgv.join(' ')}`, async () => {
    using project = pnpProject({ lib: './store/lib/' }, "console.log(require('lib'));\n");
    project.write('store/lib/package.json', '{"name":"lib"}');
    project.write('store/lib/index.js', "module.exports = require('./inner');\n");
    project.write('store/lib/inner.js', "module.exports = 'one';\n");
    await using app = run(project, 'app.js', { execArgv });
    await app.lines('one', / is up in /);
    project.write('store/lib/inner.js', "module.exports = 'two';\n");
    await app.line(
      '[autoreload] store/lib/inner.js changed (imported by app.js > store/lib/index.js), restarting',
    );
    await app.lines('two', / is up in /);
    assert.equal(app.restarts, 1);
  });
}

test('a package in an archive, and a file that requires it', async () => {
  using project = pnpProject(
    { lib: './store/lib.zip/node_modules/lib/' },
    "console.log(require('./dep'));\n",
  );
  project.write('dep.js', "module.exports = `dep one ${require('lib')}`;\n");
  project.write('store/file.txt', '');
  fs.writeFileSync(project.path('store/lib.zip'), archive('one'));
  await using app = run(project, 'app.js', { execArgv: [...AUTORELOAD, ...PNP] });
  await app.lines('dep one lib one', / is up in /);
  project.write('dep.js', project.read('dep.js').replace('one', 'two'));
  await app.line('[autoreload] dep.js changed (imported by app.js), restarting');
  await app.lines('dep two lib one', / is up in /);
  fs.writeFileSync(project.path('store/new.zip'), archive('two'));
  fs.renameSync(project.path('store/new.zip'), project.path('store/lib.zip'));
  await app.line(/^\[autoreload\] store\/lib\.zip.* changed .*, restarting$/);
  await app.lines('dep two lib two', / is up in /);
});

test('an ES module that imports CommonJS from an archive', async () => {
  using project = pnpProject({ lib: './store/lib.zip/node_modules/lib/' }, '');
  project.write('app.mjs', `import lib from 'lib';\nconsole.log(lib);\n${ALIVE}`);
  project.write('.pnp.loader.mjs', pnp().getESMLoaderTemplate());
  project.write('store/file.txt', '');
  fs.writeFileSync(project.path('store/lib.zip'), archive('one'));
  // From outside: with the loader, the project would have to declare it.
  const register = pathToFileURL(join(ROOT, 'dist/register.js')).href;
  const loader = ['--no-warnings', '--experimental-loader', './.pnp.loader.mjs'];
  const execArgv = ['--import', register, ...PNP, ...loader];
  await using app = run(project, 'app.mjs', { execArgv });
  await app.lines('lib one', / is up in /);
  project.write('app.mjs', `import lib from 'lib';\nconsole.log(lib, 'two');\n${ALIVE}`);
  await app.lines('lib one two', / is up in /);
});

test('.pnp.cjs, which an installation of packages rewrites', async () => {
  using project = pnpProject({ lib: './store/lib-1/' }, "console.log(require('lib'));\n");
  for (const n of ['1', '2']) {
    project.write(`store/lib-${n}/package.json`, '{"name":"lib"}');
    project.write(`store/lib-${n}/index.js`, `module.exports = 'lib ${n}';\n`);
  }
  await using app = run(project, 'app.js', { execArgv: [...AUTORELOAD, ...PNP] });
  await app.lines('lib 1', / is up in /);
  project.write('.pnp.cjs', pnpScript({ lib: './store/lib-2/' }));
  await app.line(/^\[autoreload\] \.pnp\.cjs changed.*, restarting$/);
  await app.lines('lib 2', / is up in /);
});

/** A CommonJS program with packages and their locations. */
function pnpProject(packages: Readonly<Record<string, string>>, source: string): Project {
  const project = new Project({
    'package.json': '{"name":"app"}',
    '.pnp.cjs': pnpScript(packages),
    'app.js': `${source}${ALIVE}`,
  });
  installAutoreload(project);
  return project;
}

function pnp(): Pnp {
  return createRequire(import.meta.url)(packagePath('@yarnpkg/pnp')) as Pnp;
}

function pnpScript(packages: Readonly<Record<string, string>>): string {
  const rest = { packagePeers: new Set(), discardFromLookup: false };
  const names = Object.keys(packages);
  const app = {
    ...rest,
    packageLocation: './',
    packageDependencies: new Map([['app', 'workspace:.'], ...names.map((name) => [name, 'npm:1'] as const)]),
    linkType: 'SOFT',
  };
  const locations = Object.entries(packages).map(([name, packageLocation]) => {
    const packageDependencies = new Map([[name, 'npm:1']]);
    return [name, new Map([['npm:1', { ...rest, packageLocation, packageDependencies, linkType: 'HARD' }]])];
  });
  return pnp().generateInlinedScript({
    dependencyTreeRoots: [{ name: 'app', reference: 'workspace:.' }],
    fallbackPool: new Map(),
    enableTopLevelFallback: true,
    ignorePattern: null,
    pnpZipBackend: 'libzip',
    packageRegistry: new Map([
      [null, new Map([[null, app]])],
      ['app', new Map([['workspace:.', app]])],
      ...(locations as [string, Map<string, unknown>][]),
    ] as [string | null, Map<string | null, unknown>][]),
    shebang: null,
  });
}

function archive(value: string): Buffer {
  return zip({
    'node_modules/lib/package.json': '{"name":"lib"}',
    'node_modules/lib/index.js': "module.exports = require('./inner');\n",
    'node_modules/lib/inner.js': `module.exports = 'lib ${value}';\n`,
  });
}

/** Returns an archive of `files` (content by path). */
function zip(files: Readonly<Record<string, string>>): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [path, content] of Object.entries(files)) {
    const name = Buffer.from(path);
    const data = Buffer.from(content);
    // Version, flags, method, time, date (1 January 1980), checksum, both sizes, name length, no extra field.
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x21, 8);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, name, data]);
    // Creator version; then comment, disk, attributes, offset of the local header.
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\0'), common, rest, name]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(central.length, 4);
  end.writeUInt16LE(central.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, Buffer.from('PK\u0005\u0006'), end]);
}

function crc32(data: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
