// The names of the tests in a file, as its source has them.

/**
 * Whether a file has a test of this name. Where the name is put together, what is put in has to be found in the source as well.
 *
 * @param source of the test file
 * @param around sources of what the names may be taken from
 */
export function hasTest(source: string, name: string, around = ''): boolean {
  const calls = source.matchAll(/\btest\(\s*(['"`])((?:\\.|(?!\1)[^\\])+)\1/g);
  return [...calls].some(([, quote, text = '']) => {
    const parts = quote === '`' ? text.split(/\$\{[^{}]*\}/) : [text];
    const found = new RegExp(`^${parts.map(literal).join('(.+)')}$`).exec(name);
    const values = found?.slice(1);
    return values?.every((value) => source.includes(value) || around.includes(value)) ?? false;
  });
}

/** A pattern for a piece of the source of a text. */
function literal(text: string): string {
  return text.replaceAll(/\\(.)/g, '$1').replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
}
