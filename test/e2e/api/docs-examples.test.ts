// Programs in docs/api.md run as printed.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import { Project, ROOT } from '../../helpers/project.ts';

const TEXT = fs.readFileSync(join(ROOT, 'docs/api.md'), 'utf8');

for (const [, title, , kind, code = ''] of TEXT.matchAll(
  /^## ([^\n]+)\n((?!^## )[^`]|`(?!``))*?```js( tool)?\n(.*?)```/gms,
)) {
  test(`the program of "${title}" runs`, async () => {
    using project = new Project({ 'app.mjs': code, 'templates/a.html': 'a' });
    if (kind) {
      project.write('tool.mjs', code);
      await using tool = run(project, 'tool.mjs', { execArgv: [] });
      for (const line of [/^run 1 is up in/, 'request because I can', /^run 2 is up in/, 'closed 0 null'])
        await tool.line(line);
      assert.deepEqual(await tool.end(), { code: 0, signal: null });
      return;
    }
    await using app = run(project, 'app.mjs', { env: { AUTORELOAD_TIMEOUT: '2s' } });
    assert.deepEqual(await app.end(), { code: 0, signal: null });
    assert.equal(app.transcript.count(/failed|Error/), 0);
  });
}
