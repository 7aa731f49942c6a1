// In which form a client wants to be told: a page for people, JSON or text for programs. Pure.

export type Format = 'html' | 'json' | 'text';

const FORMATS: Readonly<Record<string, Format>> = {
  'text/html': 'html',
  'application/xhtml+xml': 'html',
  'application/json': 'json',
  'application/*': 'json',
  'text/plain': 'text',
  'text/*': 'text',
  '*/*': 'text',
};

/**
 * The form that a client likes best among those there are: text, when it has no wish.
 *
 * @param accept the header of that name
 */
export function chooseFormat(accept = ''): Format {
  let best: Format = 'text';
  let most = 0;
  for (const wish of accept.split(',')) {
    const [type = '', ...parameters] = wish.split(';').map((part) => part.trim().toLowerCase());
    const format = type.endsWith('+json') ? 'json' : FORMATS[type];
    const given = parameters.find((parameter) => parameter.startsWith('q='));
    const quality = given === undefined ? 1 : Number(given.slice(2)) || 0;
    if (format !== undefined && quality > most) [best, most] = [format, quality];
  }
  return best;
}
