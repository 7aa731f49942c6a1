// Decides whether a process that the app starts may run Node, and so a file of the project. Pure. Any other process finds nothing of
// ours in its environment.

/** Commands that run Node. */
const TOOLS = 'node|npm|npx|pnpm|pnpx|yarn|corepack|tsx|ts-node|ts-node-esm';

const TOOL = new RegExp(`^(${TOOLS})(\\.exe|\\.cmd|\\.ps1)?$`, 'i');
const SHELL = /^(sh|bash|dash|ash|zsh|ksh|fish|cmd|powershell|pwsh)(\.exe)?$/i;

/** A script for Node, or a command of an installed package. */
const SCRIPT = /\.[cm]?[jt]sx?$|[\\/]node_modules[\\/]/;

/** A tool or a script as a word in the text of a shell. */
const MENTIONED = new RegExp(
  `(^|[\\s"'=;&|(/\\\\])(${TOOLS})(?=$|[\\s"';&|)])|\\.[cm]?[jt]sx?(?=$|[\\s"';&|)])`,
  'i',
);

/** Whether the executable is Node itself. */
export function isNode(file: unknown, execPath: string): boolean {
  return typeof file === 'string' && (file === execPath || /^node(\.exe)?$/i.test(nameOf(file)));
}

/**
 * Whether a command may run Node.
 *
 * @param file name or path of the executable
 * @param args its arguments, including `argv[0]`
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
