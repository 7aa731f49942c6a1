import { config } from '../config.js';

/** Validates the data of a guest. Throws an error that Express answers with status 400. */
export function parseEntry(body) {
  return { name: text(body, 'name'), message: text(body, 'message') };
}

function text(body, field) {
  const value = body?.[field];
  if (typeof value !== 'string' || value.trim() === '') throw badRequest(`${field} is missing`);
  if (value.length > config.maxMessageLength) {
    throw badRequest(`${field} is longer than ${config.maxMessageLength} characters`);
  }
  return value.trim();
}

function badRequest(message) {
  return Object.assign(new Error(message), { status: 400 });
}
