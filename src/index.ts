// The package's public names. Has no effects: importing it outside a supervised program costs next to nothing.
export { AutoreloadError } from './errors.ts';
export type { ErrorCode } from './errors.ts';
