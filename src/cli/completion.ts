// Completion of our own options in a shell, made from the table: a script for each shell, to be sourced. Pure.
import type { Option } from 'commander';
import { commandOf } from './parse-arguments.ts';
import { choice } from '../options/value-types.ts';
import type { Kind } from '../options/value-types.ts';
import { flagOf, OPTIONS } from '../options/options.ts';

/** A shell that there is completion for. */
export type Shell = 'bash' | 'zsh' | 'fish';

/** The same as a value. */
export const SHELL: Kind<Shell> = choice('bash', 'zsh', 'fish');

/** What can follow a flag. */
interface Flag {
  readonly name: string;
  readonly short: string | undefined;
  readonly description: string;
  readonly takesValue: boolean;
  readonly isRepeatable: boolean;
  /** Values, where there are only some. */
  readonly values: readonly string[];
}

/** The script for a shell. */
export function completion(shell: Shell): string {
  const command = commandOf();
  const flags = command.createHelp().visibleOptions(command).map(flagOfOption);
  switch (shell) {
    case 'bash':
      return bash(flags);
    case 'zsh':
      return zsh(flags);
    case 'fish':
      return fish(flags);
  }
}

function flagOfOption(option: Option): Flag {
  const name = option.long ?? '';
  const definition = OPTIONS.find((known) => flagOf(known) === name);
  const { enum: values = [] } = (definition?.kind.schema ?? SHELL.schema) as { enum?: readonly string[] };
  return {
    name,
    short: option.short,
    description: option.description,
    takesValue: option.required,
    isRepeatable: Array.isArray(definition?.default),
    values: option.required ? values : [],
  };
}

function bash(flags: readonly Flag[]): string {
  const cases = flags.filter(({ values }) => values.length > 0);
  return `# autoreload, for bash: source <(autoreload --completion bash)
_autoreload() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  case $before in
${cases.map(({ name, values }) => `    ${name}) COMPREPLY=($(compgen -W "${values.join(' ')}" -- "$word")); return ;;\n`).join('')}  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "${flags.map(({ name }) => name).join(' ')}" -- "$word"))
  fi
}
complete -o default -F _autoreload autoreload
`;
}

function zsh(flags: readonly Flag[]): string {
  const lines = flags.map(({ name, short, description, takesValue, isRepeatable, values }) => {
    const value = takesValue ? `:value:${values.length > 0 ? `(${values.join(' ')})` : '_files'}` : '';
    const text = `[${description.replaceAll(/[[\]:']/g, ' ')}]${value}`;
    if (short !== undefined) return `'(${short} ${name})'{${short},${name}}'${text}'`;
    return `'${isRepeatable ? '*' : ''}${name}${text}'`;
  });
  return `#compdef autoreload
# autoreload, for zsh: source <(autoreload --completion zsh)
_autoreload() {
  _arguments -S \\
${lines.map((line) => `    ${line} \\\n`).join('')}    '*:file:_files'
}
compdef _autoreload autoreload
`;
}

function fish(flags: readonly Flag[]): string {
  const lines = flags.map(({ name, short, description, takesValue, values }) =>
    [
      `complete -c autoreload -l ${name.slice(2)}`,
      ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
      ...(takesValue ? [values.length > 0 ? `-x -a '${values.join(' ')}'` : '-r'] : []),
      `-d '${description.replaceAll("'", ' ')}'`,
    ].join(' '),
  );
  return `# autoreload, for fish: autoreload --completion fish | source\n${lines.join('\n')}\n`;
}
