// The product's name. Knows nothing else: everything may import it.

/** Name of the package as programs import it, of the command, and of the key in package.json. */
export const PACKAGE_NAME = 'autoreload';
