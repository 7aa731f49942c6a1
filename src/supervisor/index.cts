// `autoreload/supervisor` in CommonJS: the exports of index.ts, with types that `module: node16` accepts from `require`.
import type * as esm from './index.ts' with { 'resolution-mode': 'import' };

export type * from './index.ts' with { 'resolution-mode': 'import' };

const api: typeof esm = require('./index.js');

export const supervise: typeof esm.supervise = api.supervise;
export const AutoreloadError: typeof esm.AutoreloadError = api.AutoreloadError;
export type AutoreloadError = esm.AutoreloadError;
