// Writes `autoreload --help`: one screen of 80 columns and 24 lines. Pure.
import { PACKAGE_NAME } from '../shared/package-name.ts';
import { VISIBLE_FLAGS } from './flags.ts';
import type { Flag } from './flags.ts';

/** Usage of the command, in one line. */
export const USAGE: string = `${PACKAGE_NAME} [options] [node options] script [script args]`;

function isRare({ group }: Flag): boolean {
  return group === 'Rare';
}

/** Returns the text of `--help`. */
export function helpText(): string {
  const flags = VISIBLE_FLAGS.filter((flag) => flag.group !== undefined && !isRare(flag));
  const rare = VISIBLE_FLAGS.filter(isRare).map(({ flag }) => flag);
  const terms = flags.map(({ flag, placeholder = '' }) => `${flag} ${placeholder}`.trimEnd());
  const width = Math.max(...terms.map(({ length }) => length));
  const lines = flags.flatMap(({ group, description }, index) => [
    ...(group === flags[index - 1]?.group ? [] : [`${group}:`]),
    `  ${(terms[index] ?? '').padEnd(width)}  ${description}`,
  ]);
  return `Usage: ${USAGE}
       ${PACKAGE_NAME} [options] -- command [args]
${lines.join('\n')}
Also ${rare.join(', ')}, --version, --help, and --completion bash|zsh|fish.
Or set AUTORELOAD_GRACE=2s, or "${PACKAGE_NAME}": { "grace": "2s" } in package.json.
`;
}
