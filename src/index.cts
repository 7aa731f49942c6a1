// The API for apps in CommonJS, with types that `module: node16` accepts from `require`. Node itself takes index.ts, by the
// condition `module-sync` (Node 20.19 and 22.12).
import type * as esm from './index.ts' with { 'resolution-mode': 'import' };

export type * from './index.ts' with { 'resolution-mode': 'import' };

const api = require('./index.js') as typeof esm;

export const EX_TEMPFAIL: typeof esm.EX_TEMPFAIL = api.EX_TEMPFAIL;
export const isSupervised: typeof esm.isSupervised = api.isSupervised;
export const generation: typeof esm.generation = api.generation;
export const restartReason: typeof esm.restartReason = api.restartReason;
export const restartSignal: typeof esm.restartSignal = api.restartSignal;
export const track: typeof esm.track = api.track;
export const untrack: typeof esm.untrack = api.untrack;
export const onRestart: typeof esm.onRestart = api.onRestart;
export const onChange: typeof esm.onChange = api.onChange;
export const shouldRestart: typeof esm.shouldRestart = api.shouldRestart;
export const restart: typeof esm.restart = api.restart;
export const stop: typeof esm.stop = api.stop;
export const preserve: typeof esm.preserve = api.preserve;
