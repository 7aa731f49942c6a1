#!/usr/bin/env node
// Entry of the command `autoreload`: reads what has been typed, and becomes the supervisor. What it runs is what
// `node --import autoreload/register` runs.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { readArguments } from './cli/parse-arguments.ts';
import type { Arguments, Doubtful } from './cli/parse-arguments.ts';
import { plan } from './cli/resolve-target.ts';
import { config } from './options/package-json.ts';
import { environment, parseOptions, problem } from './options/options.ts';
import { choosePort, releaseInspector } from './supervisor/program/inspect-port.ts';
import { refuse, runCommand, runNode } from './supervisor/main.ts';

const sources = [environment(process.env), await config(process.cwd())];
const hasExec = sources.some(({ values }) => values['exec'] !== undefined);
const typed = readArguments(process.argv.slice(2), hasExec);
const text = await printed(typed);
if (text !== undefined) process.stdout.write(text);
else await run(typed);

/** What is asked for instead of a run. */
async function printed({ help, version, completion: shell }: Arguments): Promise<string | undefined> {
  if (help) return (await import('./cli/help.ts')).helpText();
  if (version) {
    const url = new URL('../package.json', import.meta.url);
    return `${(JSON.parse(fs.readFileSync(url, 'utf8')) as { version: string }).version}\n`;
  }
  if (shell === undefined) return undefined;
  const { completion, SHELL } = await import('./cli/completion.ts');
  const known = SHELL.read(shell);
  if (known !== undefined) return completion(known);
  const message = `--completion must be ${SHELL.expected}, got ${JSON.stringify(shell)}. Use ${SHELL.suggest(shell)}.`;
  return refuse([problem(message)]);
}

async function run(args: Arguments): Promise<void> {
  const { options, problems } = parseOptions(args.flags, ...sources);
  if (problems.length > 0) refuse(problems);
  askNode(args.doubtful);
  const { execPath, argv0, env } = process;
  const cwd = process.cwd();
  const planned = await plan(args, options, cwd);
  if (planned.kind === 'misuse') refuse([planned.problem]);
  else if (planned.kind === 'command') await runCommand(planned.argv, options, args.isCommand);
  else {
    // As if it had been typed: so everything is as with it.
    const register = ['--import', new URL('register.js', import.meta.url).href];
    const execArgv = [...args.nodeOptions, ...register];
    // What NODE_OPTIONS has opened in this process is the program's.
    const released = await releaseInspector({ execArgv, env });
    const fixedPort = released.length > 0 ? released : await choosePort({ execArgv, env });
    const argv = [execPath, ...planned.argv];
    await runNode({ execPath, argv0, execArgv, argv, env, cwd, fixedPort }, options);
  }
}

/** Lets Node say whether it has options that are not known here: one of V8's, of a later version, or a slip. */
function askNode(doubtful: readonly Doubtful[]): void {
  if (doubtful.length === 0) return;
  const options = doubtful.map(({ word }) => word);
  const { status, stderr } = spawnSync(process.execPath, [...options, '--version'], { encoding: 'utf8' });
  if (status === 0) return;
  const slips = doubtful.filter(({ meant }) => meant !== undefined);
  if (slips.length > 0)
    refuse(
      slips.map(({ word, meant }) => problem(`${word.split('=', 1)[0]} is not an option. Use ${meant}.`)),
    );
  process.stderr.write(stderr);
  process.exit(status ?? 1);
}
