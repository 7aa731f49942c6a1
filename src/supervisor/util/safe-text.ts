// Makes text that comes from the program, from file names or from other processes safe for a terminal and for a page. Pure.
import { stripVTControlCharacters } from 'node:util';

/**
 * Characters that control a terminal or change how text is read: C0 and C1 controls, marks, embeddings and isolates of bidirectional
 * text, and the separators of lines and paragraphs.
 */
const UNSAFE = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]+/gu;

/** A safe text of one line: unsafe characters, line breaks and tabs become spaces. */
export function safeLine(text: string): string {
  return text.replaceAll(UNSAFE, ' ');
}

/** A safe text of several lines, without colors: line breaks and tabs stay. */
export function safeText(text: string): string {
  return stripVTControlCharacters(text)
    .split(/(\r?\n|\t)/)
    .map((part, i) => (i % 2 === 0 ? safeLine(part) : part))
    .join('');
}
