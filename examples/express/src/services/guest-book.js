import { now } from './clock.js';

/** Keeps the entries in memory, newest first. A restart empties the book. */
export function createGuestBook() {
  const entries = [];

  return {
    list: () => entries,
    sign({ name, message }) {
      const entry = { name, message, at: now() };
      entries.unshift(entry);
      return entry;
    },
  };
}
