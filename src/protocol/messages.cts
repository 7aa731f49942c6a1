// Checks messages from another process. A table of kinds, with a check for each field, gives both the types of the messages and their
// validation. Knows none of the messages. CommonJS, because the child preloads it.

/** Tells whether a value from another process has a type. */
export type Check<T> = (value: unknown) => value is T;

type Checks = Readonly<Record<string, Check<unknown>>>;

type Values<C> = { readonly [Name in keyof C]: C[Name] extends Check<infer T> ? T : never };
type OptionalName<V> = { [Name in keyof V]: undefined extends V[Name] ? Name : never }[keyof V];
type WithOptional<V> = Omit<V, OptionalName<V>> & Partial<Pick<V, OptionalName<V>>>;

/** An object whose fields have these checks. */
export type FieldsOf<C> = WithOptional<Values<C>>;

/** A message of one of the kinds of a table. */
export type MessageOf<K> = { [Kind in keyof K]: { readonly kind: Kind } & FieldsOf<K[Kind]> }[keyof K];

/** The value as a message of a table; undefined if it is none. */
export function messageOf<K extends Readonly<Record<string, Checks>>>(
  value: unknown,
  kinds: K,
): MessageOf<K> | undefined {
  if (!isObject(value) || !isString(value['kind']) || !Object.hasOwn(kinds, value['kind'])) return undefined;
  return has(value, kinds[value['kind']] ?? {}) ? (value as MessageOf<K>) : undefined;
}

/** Whether a value is an object with these fields. */
export function has<C extends Checks>(value: unknown, checks: C): value is FieldsOf<C> {
  if (!isObject(value)) return false;
  // Own keys only: the app may have extended Object.prototype.
  return Object.entries(checks).every(([name, check]) => check(value[name]));
}

export function isString(value: unknown): value is string {
  return typeof value === 'string';
}

export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

export function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** The field may be absent. */
export function optional<T>(isValid: Check<T>): Check<T | undefined> {
  return (value): value is T | undefined => value === undefined || isValid(value);
}

/** The value of a text in JSON; undefined for any other text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
