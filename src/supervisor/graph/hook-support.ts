// Which hooks the child has: it runs on the same Node.
import module from 'node:module';

/**
 * Whether hooks run in the thread of the app (Node 22.15, 23.5 and later): they see everything, one after the other. Off
 * the thread, several are on their way, and what a required ES module imports is not seen.
 */
export const HOOKS_IN_THREAD: boolean = 'registerHooks' in module;
