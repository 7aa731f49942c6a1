import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { Report } from '../../../src/shared/crash-report.ts';
import { answerTo } from '../../../src/crash-page/response.ts';
import { chooseFormat } from '../../../src/crash-page/content-type.ts';

const REPORT: Report = {
  title: 'app.js failed with exit code 1',
  error: 'Error: x\n    at app.js:2:1',
  frame: { path: 'app.js', line: 2, column: 1, code: '  1 | one\n> 2 | two\n    | ^' },
  waitingFor: ['new.js', 'app.js'],
  others: 3,
};

const EVIL = `</pre><script>alert('1')</script>"&`;

test('people get a page, programs JSON or text', () => {
  for (const [accept, format] of [
    [undefined, 'text'],
    ['', 'text'],
    ['*/*', 'text'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8', 'html'],
    ['TEXT/HTML', 'html'],
    ['application/json', 'json'],
    ['application/json, text/plain, */*', 'json'],
    ['application/vnd.api+json', 'json'],
    ['text/plain', 'text'],
    ['text/html;q=0.1, application/json;q=0.2', 'json'],
    ['text/html;q=0, */*', 'text'],
    ['text/html;q=x', 'text'],
    ['image/png, image/*', 'text'],
    ['text/event-stream', 'text'],
    [',;,;q=', 'text'],
  ] as const) {
    assert.equal(chooseFormat(accept), format, accept);
  }
});

test('as text', () => {
  const { headers, body } = answerTo(REPORT, '*/*');
  assert.equal(headers['Content-Type'], 'text/plain; charset=utf-8');
  assert.equal(
    body,
    `app.js failed with exit code 1

app.js:2
  1 | one
> 2 | two
    | ^

Error: x
    at app.js:2:1

Waiting for a change in:
  new.js
  app.js
  and 3 more
`,
  );
});

test('as JSON', () => {
  const { headers, body } = answerTo(REPORT, 'application/json');
  assert.equal(headers['Content-Type'], 'application/json; charset=utf-8');
  assert.deepEqual(JSON.parse(body), { status: 'down', ...REPORT });
});

test('as a page, which shows it all', () => {
  const { headers, body } = answerTo(REPORT, 'text/html');
  assert.equal(headers['Content-Type'], 'text/html; charset=utf-8');
  assert.match(body, /<title>app\.js failed with exit code 1<\/title>/);
  assert.match(body, /<h1>app\.js failed with exit code 1<\/h1>/);
  assert.match(
    body,
    /<pre tabindex="0"> {2}1 \| one\n<mark>&gt; 2 \| two<\/mark>\n<mark> {4}\| \^<\/mark><\/pre>/,
  );
  assert.match(body, /Error: x\n {4}at app\.js:2:1/);
  assert.match(body, /<li>new\.js<\/li>\n<li>app\.js<\/li>\n<li>and 3 more<\/li>/);
});

test('the page runs its own script and style, and nothing else', () => {
  const { headers, body } = answerTo(REPORT, 'text/html');
  const policy = headers['Content-Security-Policy'] ?? '';
  assert.match(policy, /^default-src 'none'; /);
  for (const name of ['style', 'script']) {
    const all = [...body.matchAll(new RegExp(`<${name}>([^]*?)</${name}>`, 'g'))];
    assert.equal(all.length, 1, name);
    const hash = createHash('sha256')
      .update(all[0]?.[1] ?? '')
      .digest('base64');
    assert.ok(policy.includes(`${name}-src 'sha256-${hash}'`), name);
  }
  assert.doesNotMatch(body, /\bsrc=|<link|https?:/);
});

test('whatever is in a report is text', () => {
  const { body } = answerTo(
    {
      title: EVIL,
      error: EVIL,
      frame: { path: EVIL, line: 1, column: 1, code: `> 1 | ${EVIL}\n${EVIL}` },
      waitingFor: [EVIL],
      others: 0,
    },
    'text/html',
  );
  assert.doesNotMatch(body, /<script>alert/);
  assert.equal(
    body.split('&lt;/pre&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;').length - 1,
    7,
  );
});

test('the same report has the same mark, another one another', () => {
  const mark = (report: Report, accept: string): string | undefined =>
    answerTo(report, accept).headers['X-Autoreload'];
  assert.match(mark(REPORT, 'text/html') ?? '', /^down [0-9a-f]{16}$/);
  assert.equal(mark({ ...REPORT }, '*/*'), mark(REPORT, 'text/html'));
  assert.notEqual(mark({ ...REPORT, error: 'Error: y' }, '*/*'), mark(REPORT, '*/*'));
  const { body } = answerTo(REPORT, 'text/html');
  assert.ok(body.includes(`data-mark="${mark(REPORT, 'text/html')}"`));
});

test('a report with nothing in it is a page, too', () => {
  const report: Report = { title: 'x', error: undefined, frame: undefined, waitingFor: [], others: 0 };
  assert.doesNotMatch(answerTo(report, 'text/html').body, /undefined|<section>/);
  assert.equal(answerTo(report, 'text/plain').body, 'x\n');
});
