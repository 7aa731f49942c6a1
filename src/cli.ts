#!/usr/bin/env node
// Entry of the command `autoreload`: parses the command line, and becomes the supervisor, exactly as
// `node --import autoreload/register` does.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArguments } from './cli/parse-arguments.ts';
import type { DoubtfulOption, ParsedArguments } from './cli/parse-arguments.ts';
import { misuse, resolveTarget } from './cli/resolve-target.ts';
import { readEnvironment } from './options/environment.ts';
import { readPackageJson } from './options/package-json.ts';
import { optionError, parseOptions } from './options/parse-options.ts';
import { OWN_FILES } from './shared/paths.cts';
import { refuse, runCommand, runNode } from './supervisor/main.ts';

const sources = [readEnvironment(process.env), readPackageJson(process.cwd())];
const hasExec = sources.some(({ values }) => values['exec'] !== undefined);
const args = parseArguments(process.argv.slice(2), hasExec);
const text = await printed(args.asked);
if (text !== undefined) process.stdout.write(text);
else await run(args);

/** Returns the text of `--help`, `--version` or `--completion`. */
async function printed(asked: ParsedArguments['asked']): Promise<string | undefined> {
  if (asked.help) return (await import('./cli/help.ts')).helpText();
  if (asked.version) {
    const url = new URL('../package.json', import.meta.url);
    return `${(JSON.parse(fs.readFileSync(url, 'utf8')) as { version: string }).version}\n`;
  }
  return asked.completion && (await import('./cli/completion.ts')).completion(asked.completion);
}

async function run(parsed: ParsedArguments): Promise<void> {
  const { options, problems } = parseOptions(parsed.flags, ...sources);
  refuse(problems);
  checkWithNode(parsed.doubtful);
  const wrong = misuse(parsed, options.exec);
  if (wrong !== undefined) refuse([optionError(wrong)]);
  const target = resolveTarget(parsed, options.exec, process.cwd());
  if (parsed.isCommand || options.exec !== undefined) await runCommand(target, options, parsed.isCommand);
  // As if the user had typed it: the program is started by the same way as under register.
  const register = ['--import', pathToFileURL(OWN_FILES.register).href];
  await runNode([process.execPath, ...target], [...parsed.nodeOptions, ...register], options);
}

/** Lets Node decide about unknown options: they may be V8 options, options of a later version, or misspelled. */
function checkWithNode(doubtful: readonly DoubtfulOption[]): void {
  if (doubtful.length === 0) return;
  const options = doubtful.map(({ word }) => word);
  const { status, stderr } = spawnSync(process.execPath, [...options, '--version'], { encoding: 'utf8' });
  if (status === 0) return;
  refuse(
    doubtful.flatMap(({ word, meant }) =>
      meant === undefined ? [] : optionError(`${word.split('=', 1)[0]} is not an option. Use ${meant}.`),
    ),
  );
  process.stderr.write(stderr);
  process.exit(status ?? 1);
}
