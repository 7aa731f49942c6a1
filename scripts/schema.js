// Derives schema.json, the JSON schema of package.json for editors, from the table of options: `npm run schema`.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { flagOf, OPTIONS, variableOf } from '../build/src/options/options.js';
import { PACKAGE_NAME } from '../build/src/shared/package-name.js';

const FILE = fileURLToPath(new URL('../schema.json', import.meta.url));

// A unit test compares the file with the text.
if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(FILE, schemaText());

/** Returns the text of schema.json. */
export function schemaText() {
  const properties = {
    [PACKAGE_NAME]: {
      description: 'Options of autoreload. Flags and variables AUTORELOAD_* override them.',
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(OPTIONS.map((option) => [option.name, schemaOf(option)])),
    },
  };
  const $schema = 'http://json-schema.org/draft-07/schema#';
  const schema = { $schema, title: 'Options of autoreload in package.json', type: 'object', properties };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

function schemaOf(option) {
  const description =
    `${option.default === true ? 'false: ' : ''}${option.description}. ` +
    `The flag ${flagOf(option)} and the variable ${variableOf(option.name)} override it.`;
  return { description, default: option.default, ...option.type.schema };
}
