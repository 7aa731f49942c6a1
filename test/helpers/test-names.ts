// Finds test names in the source of a test file.

/**
 * Whether a file has a test with this name. The values of a template name must occur in a source too.
 *
 * @param source source of the test file
 * @param around further sources in which the values of a template name may occur
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

/** Returns the pattern of a part of a string literal. */
function literal(text: string): string {
  return text.replaceAll(/\\(.)/g, '$1').replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
}
