// Reads a command that is written as one text, and refuses text that needs a shell. Pure.
import { sep } from 'node:path';
import type { ValueType } from './value-types.ts';

/** A part in quotes, a part without, or an unclosed quote. Within `"`, `\` escapes the next character. */
const PARTS = /'[^']*'|"(?:\\[^]|[^"\\])*"|(?:\\[^]?|[^'"\\])+|['"]/g;

/** Syntax that only a shell understands: outside quotes, and within `"`. Within `'` a shell replaces nothing. */
const SHELL_SYNTAX = /[|&;<>()*?`\\]|\$[\w({@]/;
const SHELL_SYNTAX_QUOTED = /`|\$[\w({@]|\\["$`\\\n]/;

/** A command with its arguments, run without a shell. */
export const COMMAND: ValueType<string> = {
  expected: 'a command',
  read: (raw) =>
    typeof raw === 'string' && raw.trim() !== '' && refusalOf(raw) === undefined ? raw.trim() : undefined,
  suggest: () => '"python app.py"',
  refusal: (raw) => (typeof raw === 'string' ? refusalOf(raw) : undefined),
  schema: { type: 'string', minLength: 1 },
};

/**
 * Splits a command at spaces, and removes quotes.
 *
 * @param command a value of {@link COMMAND}
 * @example
 * splitCommand(`./server -c "a b"`) // ['./server', '-c', 'a b']
 */
export function splitCommand(command: string): string[] {
  const words = command.match(/('[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  return words.map((word) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'));
}

/** The reason why a text cannot run without a shell, or undefined. */
function refusalOf(text: string): string | undefined {
  // On Windows `\` is part of a path.
  const parts = (sep === '\\' ? text.replaceAll('\\', '/') : text).match(PARTS) ?? [];
  if (parts.some((part) => part === '"' || part === "'"))
    return `has a quote that is not closed: ${text}. Close it.`;
  if (!parts.some(needsShell) && !/^\s*\w+=/.test(text)) return undefined;
  const argument = /["$`\\!]/.test(text) ? `'${text.replaceAll("'", String.raw`'\''`)}'` : `"${text}"`;
  return `runs no shell, got ${JSON.stringify(text)}. Use -- sh -c ${argument}.`;
}

function needsShell(part: string): boolean {
  if (part.startsWith("'")) return false;
  return (part.startsWith('"') ? SHELL_SYNTAX_QUOTED : SHELL_SYNTAX).test(part);
}
