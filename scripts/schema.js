// Writes schema.json from the table of options: `npm run schema`.
import { writeFileSync } from 'node:fs';
import { schemaText } from '../dist/options/json-schema.js';

writeFileSync(new URL('../schema.json', import.meta.url), schemaText());
