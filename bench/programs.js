// Defines the benchmark programs. Each prints the time in the first statement of the entry, after its imports, and answers
// requests on PORT with its version.

const COUNT_OF_ROUTES = 100;
const COUNT_OF_MODULES = 1000;
const COUNT_OF_PLUGINS = 40;
const COUNT_OF_FEATURES = 20;

const STAMP = 'process.stdout.write(`first line ${process.hrtime.bigint()} of ${version}\\n`);\n';
const HELLO =
  STAMP +
  'const server = http.createServer((request, response) => { response.end(`version ${version}`); });\n' +
  "server.listen(Number(process.env.PORT), '127.0.0.1');\n";

/**
 * By name: `title`, `entry`, `files` without the version file, `version` file and its content. `needs`: packages of bench/peers.
 * `commonjs`: the same program as CommonJS, for a tool that notices no other changes. `typescript`: needs a compiler.
 */
export const PROGRAMS = {
  hello: {
    title: 'hello, HTTP server',
    ...esm("import http from 'node:http';\n", HELLO),
    commonjs: commonjs("const http = require('node:http');\n", HELLO),
  },
  express: {
    title: 'Express, 100 modules',
    ...esm("import express from 'express';\n" + each(importRoute), routing(), routes('export default ')),
    commonjs: commonjs(
      "const express = require('express');\n" + each(requireRoute),
      routing(),
      routes('module.exports = '),
    ),
  },
  typescript: {
    title: 'TypeScript through tsx',
    typescript: true,
    needs: ['tsx'],
    entry: 'app.ts',
    files: {
      'package.json': '{"type":"module"}',
      'app.ts':
        "import http from 'node:http';\nimport { version } from './version.ts';\nimport { greet } from './greet.ts';\n" +
        STAMP +
        'const server = http.createServer((_request: unknown, response: http.ServerResponse): void => {\n' +
        '  response.end(greet({ version }));\n});\n' +
        "server.listen(Number(process.env.PORT), '127.0.0.1');\n",
      'greet.ts':
        'export interface Of { readonly version: number }\n' +
        'export function greet(of: Of): string { return `version ${of.version}`; }\n',
    },
    version: { path: 'version.ts', content: (number) => `export const version: number = ${number};\n` },
  },
  modules: {
    title: '1,000 ES modules',
    ...esm("import http from 'node:http';\nimport './m/0.js';\n", HELLO, graph()),
  },
  fastify: {
    title: `Fastify, ${COUNT_OF_PLUGINS} plugins`,
    needs: ['fastify'],
    ...esm("import fastify from 'fastify';\n" + plugins(importPlugin), fastifyServer(), pluginFiles()),
  },
  nest: {
    title: `NestJS, compiled, ${3 * COUNT_OF_FEATURES + 1} modules`,
    needs: ['@nestjs/common', '@nestjs/core', '@nestjs/platform-express', 'reflect-metadata', 'rxjs'],
    ...commonjs(
      "require('reflect-metadata');\nconst { NestFactory } = require('@nestjs/core');\nconst { App } = require('./app.module.js');\n",
      `${STAMP}App.answer = () => \`version \${version}\`;\n` +
        "NestFactory.create(App, { logger: false }).then((app) => app.listen(Number(process.env.PORT), '127.0.0.1'));\n",
      features(),
    ),
  },
  heavy: {
    title: 'typescript, graphql, an S3 client',
    needs: ['typescript', 'graphql', '@aws-sdk/client-s3'],
    ...esm(
      "import http from 'node:http';\nimport 'typescript';\nimport 'graphql';\nimport '@aws-sdk/client-s3';\n",
      HELLO,
    ),
  },
};

function esm(imports, body, files = {}) {
  return {
    entry: 'app.js',
    files: {
      ...files,
      'package.json': '{"type":"module"}',
      'app.js': `${imports}import { version } from './version.js';\n${body}`,
    },
    version: { path: 'version.js', content: (number) => `export const version = ${number};\n` },
  };
}

function commonjs(requires, body, files = {}) {
  return {
    entry: 'app.js',
    files: {
      ...files,
      'package.json': '{"type":"commonjs"}',
      'app.js': `${requires}const { version } = require('./version.js');\n${body}`,
    },
    version: { path: 'version.js', content: (number) => `exports.version = ${number};\n` },
  };
}

function each(line) {
  return Array.from({ length: COUNT_OF_ROUTES }, (_, i) => line(i)).join('');
}

function importRoute(i) {
  return `import r${i} from './routes/r${i}.js';\n`;
}

function requireRoute(i) {
  return `const r${i} = require('./routes/r${i}.js');\n`;
}

function routes(exported) {
  return Object.fromEntries(
    Array.from({ length: COUNT_OF_ROUTES }, (_, i) => [
      `routes/r${i}.js`,
      `${exported}(request, response) => response.send('${i}');\n`,
    ]),
  );
}

function routing() {
  return (
    `${STAMP}const app = express();\n` +
    "app.get('/', (request, response) => response.send(`version ${version}`));\n" +
    each((i) => `app.get('/${i}', r${i});\n`) +
    "app.listen(Number(process.env.PORT), '127.0.0.1');\n"
  );
}

/** Each module imports ten others: the graph is neither flat nor a chain. */
function graph() {
  return Object.fromEntries(
    Array.from({ length: COUNT_OF_MODULES }, (_, i) => {
      const others = Array.from({ length: 10 }, (__, j) => i * 10 + j + 1).filter(
        (n) => n < COUNT_OF_MODULES,
      );
      const imports = others.map((n) => `import './${n}.js';\n`).join('');
      return [`m/${i}.js`, `${imports}export const name = 'module ${i}';\n// ${'x'.repeat(500)}\n`];
    }),
  );
}

function plugins(line) {
  return Array.from({ length: COUNT_OF_PLUGINS }, (_, i) => line(i)).join('');
}

function importPlugin(i) {
  return `import p${i} from './plugins/p${i}.js';\n`;
}

function pluginFiles() {
  return Object.fromEntries(
    Array.from({ length: COUNT_OF_PLUGINS }, (_, i) => [
      `plugins/p${i}.js`,
      `export default async (app) => { app.get('/${i}', async () => '${i}'); };\n`,
    ]),
  );
}

function fastifyServer() {
  return (
    `${STAMP}const app = fastify();\n` +
    "app.get('/', async () => `version ${version}`);\n" +
    plugins((i) => `app.register(p${i});\n`) +
    "await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });\n"
  );
}

/** What the compiler makes of a module, a controller and a service with decorators. */
function features() {
  const numbers = Array.from({ length: COUNT_OF_FEATURES }, (_, i) => i);
  const files = numbers.flatMap((i) => [
    [
      `f${i}/service.js`,
      `const { Injectable } = require('@nestjs/common');\nclass Service${i} { value() { return '${i}'; } }\nInjectable()(Service${i});\nexports.Service = Service${i};\n`,
    ],
    [
      `f${i}/controller.js`,
      `const { Controller, Get } = require('@nestjs/common');\nconst { Service } = require('./service.js');\n` +
        `class Controller${i} { constructor(service) { this.service = service; } get() { return this.service.value(); } }\n` +
        `Get()(Controller${i}.prototype, 'get', Object.getOwnPropertyDescriptor(Controller${i}.prototype, 'get'));\n` +
        `Controller('${i}')(Controller${i});\nReflect.defineMetadata('design:paramtypes', [Service], Controller${i});\nexports.Controller = Controller${i};\n`,
    ],
    [
      `f${i}/module.js`,
      `const { Module } = require('@nestjs/common');\nclass Feature${i} {}\n` +
        `Module({ controllers: [require('./controller.js').Controller], providers: [require('./service.js').Service] })(Feature${i});\nexports.Feature = Feature${i};\n`,
    ],
  ]);
  const imports = numbers.map((i) => `require('./f${i}/module.js').Feature`).join(', ');
  const root =
    "const { Controller, Get, Module } = require('@nestjs/common');\nclass App {}\nclass Root { get() { return App.answer(); } }\n" +
    "Get()(Root.prototype, 'get', Object.getOwnPropertyDescriptor(Root.prototype, 'get'));\nController()(Root);\n" +
    `Module({ imports: [${imports}], controllers: [Root] })(App);\nexports.App = App;\n`;
  return Object.fromEntries([...files, ['app.module.js', root]]);
}
