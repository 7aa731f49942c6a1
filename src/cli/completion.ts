// Writes the completion scripts for bash, zsh and fish. Pure.
import { PACKAGE_NAME as NAME } from '../shared/package-name.ts';
import { needsValue, VISIBLE_FLAGS } from './flags.ts';
import type { Flag, Shell } from './flags.ts';

/** Returns the script for a shell, to be sourced. */
export function completion(shell: Shell): string {
  return { bash, zsh, fish }[shell]();
}

/** Returns the values to complete, if the flag accepts a few words only. */
function valuesOf({ type }: Flag): readonly string[] {
  return ((type?.schema ?? {}) as { enum?: readonly string[] }).enum ?? [];
}

function bash(): string {
  const cases = VISIBLE_FLAGS.filter((flag) => valuesOf(flag).length > 0).map(
    (flag) => `    ${flag.flag}) ${replies(valuesOf(flag))}; return ;;\n`,
  );
  return `# ${NAME}, for bash: source <(${NAME} --completion bash)
_${NAME}() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  case $before in
${cases.join('')}  esac
  if [[ $word == -* ]]; then
    ${replies(VISIBLE_FLAGS.map(({ flag }) => flag))}
  fi
}
complete -o default -F _${NAME} ${NAME}
`;
}

function replies(words: readonly string[]): string {
  return `COMPREPLY=($(compgen -W "${words.join(' ')}" -- "$word"))`;
}

function zsh(): string {
  const lines = VISIBLE_FLAGS.map((flag) => {
    const { flag: name, short, description } = flag;
    const values = valuesOf(flag);
    const action = values.length > 0 ? `(${values.join(' ')})` : '_files';
    const text = `[${description.replaceAll(/[[\]:']/g, ' ')}]${needsValue(flag) ? `:value:${action}` : ''}`;
    if (short !== undefined) return `'(${short} ${name})'{${short},${name}}'${text}'`;
    return `'${Array.isArray(flag.default) ? '*' : ''}${name}${text}'`;
  });
  return `#compdef ${NAME}
# ${NAME}, for zsh: source <(${NAME} --completion zsh)
_${NAME}() {
  _arguments -S \\
${lines.map((line) => `    ${line} \\\n`).join('')}    '*:file:_files'
}
compdef _${NAME} ${NAME}
`;
}

function fish(): string {
  const lines = VISIBLE_FLAGS.map((flag) => {
    const values = valuesOf(flag);
    const name = `-l ${flag.flag.slice(2)}${flag.short === undefined ? '' : ` -s ${flag.short.slice(1)}`}`;
    const value = values.length > 0 ? ` -x -a '${values.join(' ')}'` : ' -r';
    const description = flag.description.replaceAll("'", ' ');
    return `complete -c ${NAME} ${name}${needsValue(flag) ? value : ''} -d '${description}'`;
  });
  return `# ${NAME}, for fish: ${NAME} --completion fish | source\n${lines.join('\n')}\n`;
}
