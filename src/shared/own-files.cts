// Where our own files are, which are no part of the program. The one place that depends on where this file lies.
import { dirname, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Our folder, with a separator at its end. */
export const OWN_FOLDER: string = dirname(__dirname) + sep;

/** The same as a URL. */
export const OWN_URL: string = pathToFileURL(OWN_FOLDER).href;
