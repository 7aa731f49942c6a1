// Provides a module for test programs that lists the observable state of its process or thread.

/** Content of a CommonJS file. Exports a function that returns the observable state as lines, and `show`, which prints them. */
export const LOOK = `
const moduleApi = require('node:module');
const workers = require('node:worker_threads');
const childProcess = require('node:child_process');
const { EventEmitter } = require('node:events');

/** Lists properties with their descriptors, without calling getters. */
function shape(name, object, keys = Reflect.ownKeys(object)) {
  return keys.map((key) => {
    const { value, get, set, ...flags } = Object.getOwnPropertyDescriptor(object, key);
    const what = typeof value === 'function' ? call(value) : typeof value;
    return [name, String(key), what, get && call(get), set && call(set), ...Object.values(flags)].join(' ');
  }).sort();
}

function call(f) {
  return ['function', f.name, f.length, String(f).length].join(':');
}

function listeners(name, emitter) {
  return emitter.eventNames().map((event) => {
    return [name, 'on', String(event), ...emitter.rawListeners(event).map(call)].join(' ');
  }).sort();
}

module.exports = () => [
  ...shape('globalThis', globalThis),
  ...shape('process', process, Object.keys(process)),
  ...listeners('process', process),
  'prototype of process ' + (Object.getPrototypeOf(Object.getPrototypeOf(process)) === EventEmitter.prototype),
  'argv ' + JSON.stringify(process.argv),
  'execArgv ' + JSON.stringify(process.execArgv),
  'env ' + JSON.stringify(Object.entries(process.env).sort()),
  'connected ' + [process.connected, typeof process.send, typeof process.channel],
  'resources ' + JSON.stringify(process.getActiveResourcesInfo().filter((name) => !/Wrap$|Req$/.test(name)).sort()),
  ...shape('module', moduleApi),
  ...shape('worker_threads', workers),
  ...shape('Worker', workers.Worker),
  ...shape('Worker.prototype', workers.Worker.prototype),
  'thread ' + JSON.stringify([workers.isMainThread, workers.resourceLimits]),
  ...shape('child_process', childProcess),
  ...shape('ChildProcess.prototype', childProcess.ChildProcess.prototype),
  ...shape('Error', Error),
  ...Object.entries(require.extensions).map(([name, handler]) => 'extension ' + name + ' ' + call(handler)),
  ...Object.keys(require.cache).map((name) => 'cached ' + name),
  ...Object.values(require.cache).map(({ id, parent, children, paths, loaded }) => {
    return ['module', id, parent?.id, String(parent === null), children?.map((child) => child.id), paths?.length, loaded].join(' ');
  }),
  'main ' + require.main?.id,
];
module.exports.shape = shape;

/** Prints in one write: an exiting process may lose data that a full pipe has not accepted. */
module.exports.show = (who, facts = module.exports()) => console.log(facts.map((fact) => who + ' ' + fact).join('\\n'));
`;
