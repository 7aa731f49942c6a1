import { readFileSync } from 'node:fs';

const defaults = JSON.parse(readFileSync(new URL('../config.json', import.meta.url), 'utf8'));

export const config = Object.freeze({
  ...defaults,
  port: Number(process.env.PORT ?? defaults.port),
});
