// Whether a process that the app starts may run Node, and so a module of the user's. Pure. Where it says no, the process
// finds nothing of ours in its environment.

/** Tools that start Node in the end. */
const TOOLS = 'node|npm|npx|pnpm|pnpx|yarn|corepack|tsx|ts-node|ts-node-esm';

const TOOL = new RegExp(`^(${TOOLS})(\\.exe|\\.cmd|\\.ps1)?$`, 'i');
const SHELL = /^(sh|bash|dash|ash|zsh|ksh|fish|cmd|powershell|pwsh)(\.exe)?$/i;

/** A script of Node's, or a command of an installed package. */
const SCRIPT = /\.[cm]?[jt]sx?$|[\\/]node_modules[\\/]/;

/** In the text of a shell's: a tool or a script as a word. */
const MENTIONED = new RegExp(
  `(^|[\\s"'=;&|(/\\\\])(${TOOLS})(?=$|[\\s"';&|)])|\\.[cm]?[jt]sx?(?=$|[\\s"';&|)])`,
  'i',
);

/** Whether what is executed is Node itself. */
export function isNode(file: unknown, execPath: string): boolean {
  return typeof file === 'string' && (file === execPath || /^node(\.exe)?$/i.test(nameOf(file)));
}

/**
 * Whether a command may run Node.
 *
 * @param file what is executed, a name or a path
 * @param args its arguments, the name of the program included
 * @param execPath path of this Node
 */
export function mayRunNode(file: string, args: readonly string[], execPath: string): boolean {
  const name = nameOf(file);
  if (SHELL.test(name)) return args.some((arg) => MENTIONED.test(arg));
  return file === execPath || TOOL.test(name) || SCRIPT.test(file);
}

function nameOf(file: string): string {
  return file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
}
