// Derives the JSON schema of package.json from the table of options, for editors. Pure.
import { PACKAGE_NAME } from '../shared/package-name.ts';
import { flagOf, OPTIONS, variableOf } from './options.ts';
import type { OptionDefinition } from './options.ts';

/** Returns the text of schema.json. */
export function schemaText(): string {
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

function schemaOf(option: OptionDefinition): object {
  const description =
    `${option.default === true ? 'false: ' : ''}${option.description}. ` +
    `The flag ${flagOf(option)} and the variable ${variableOf(option.name)} override it.`;
  return { description, default: option.default, ...option.type.schema };
}
