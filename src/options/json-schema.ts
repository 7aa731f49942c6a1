// The options as a JSON schema of package.json, for editors. Pure; made from the table.
import { flagOf, OPTIONS, variableOf } from './options.ts';

/** The text of schema.json. */
export function schemaText(): string {
  const properties = OPTIONS.map((definition) => {
    const { name, kind, default: value, description } = definition;
    const isOn = value === true;
    return [
      name,
      {
        description:
          `${isOn ? 'false: ' : ''}${description}. ` +
          `Also ${flagOf(definition)} and ${variableOf(name)}; values given there win.`,
        ...(value === undefined ? {} : { default: value }),
        ...kind.schema,
      },
    ] as const;
  });
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Options of autoreload in package.json',
    type: 'object',
    properties: {
      autoreload: {
        description: 'Options of autoreload. A flag or a variable AUTORELOAD_* goes before a value here.',
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(properties),
      },
    },
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}
