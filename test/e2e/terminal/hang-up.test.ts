// The terminal closes: the supervisor exits, and never crashes on the way.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';
import { commandFor, Terminal } from '../../helpers/terminal.ts';

const linux = { skip: process.platform !== 'linux' && 'needs `script` of util-linux' };

/** Status of a shell after SIGHUP has killed its command. */
const HANGUP = 129;

/** Node 20 cannot exit by itself without the terminal that it has started with. */
const expected = (code: number): number => (process.versions.node.startsWith('20.') ? HANGUP : code);

for (const [what, code, line, ended] of [
  ['after a completed run', '', / completed, waiting for/, expected(0)],
  ['after a crash', 'process.exit(3);', / exit code 3, waiting for/, expected(3)],
  [
    'while a program runs that handles it',
    "process.on('SIGHUP', () => process.exit(4)).on('SIGINT', () => {});\nsetInterval(() => {}, 1000);",
    / is up in /,
    expected(4),
  ],
  ['while a program runs', 'setInterval(() => {}, 1000);', / is up in /, HANGUP],
] as const) {
  test(`the terminal closes ${what}`, linux, async () => {
    using project = new Project({ 'app.js': `${code}\n`, status: '' });
    const status = (): string => project.read('status');
    // Only the leader of the session gets the signal at once. It passes it on, and lives on to see the status.
    const shell = `exec 3<&0; trap 'trap : HUP; kill -HUP 0' HUP; ${commandFor('app.js')} <&3 & wait $!; wait $!; echo "$?" > status`;
    await using terminal = new Terminal(project, 'app.js', {}, shell);
    await terminal.line(line);
    terminal.script.kill('SIGKILL');
    await until('the supervisor has exited', () => status().trim() !== '');
    assert.equal(Number(status()), ended);
  });
}
