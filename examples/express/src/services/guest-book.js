import { now } from './clock.js';

/** Keeps the entries in memory, newest first: a restart begins a new book. */
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
