import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { Report } from '../../../src/shared/crash-report.ts';
import { renderResponse, WITHHELD } from '../../../src/crash-page/response.ts';

const REPORT: Report = {
  title: 'app.js failed with exit code 1',
  error: 'Error: x\n    at app.js:2:1',
  frame: { path: 'app.js', line: 2, column: 1, code: '  1 | one\n> 2 | two\n    | ^' },
  waitingFor: ['new.js', 'app.js'],
  others: 3,
};

const HOSTILE = `</pre><script>alert('1')</script>"&`;

test('browsers get a page, other clients JSON or text', () => {
  for (const [client, accept, type] of [
    ['Chrome', 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8', 'text/html'],
    ['htmx', 'TEXT/HTML, */*', 'text/html'],
    ['axios', 'application/json, text/plain, */*', 'application/json'],
    ['jQuery', 'application/json, text/javascript, */*; q=0.01', 'application/json'],
    ['a client of an API', 'application/vnd.api+json', 'application/json'],
    ['curl, fetch', '*/*', 'text/plain'],
    ['superagent', undefined, 'text/plain'],
    ['EventSource', 'text/event-stream', 'text/plain'],
    ['an image', 'image/png, image/*', 'text/plain'],
    ['a reader of text', 'text/plain, text/html', 'text/plain'],
    ['garbage', ',;,;q=', 'text/plain'],
    ['nothing', '', 'text/plain'],
    ['names of Object.prototype', 'constructor, __proto__', 'text/plain'],
  ] as const) {
    const { headers } = renderResponse(REPORT, accept);
    assert.equal(headers['Content-Type'], `${type}; charset=utf-8`, client);
  }
});

test('a report as text', () => {
  const { headers, body } = renderResponse(REPORT, '*/*');
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

test('a report as JSON', () => {
  const { headers, body } = renderResponse(REPORT, 'application/json');
  assert.equal(headers['Content-Type'], 'application/json; charset=utf-8');
  assert.deepEqual(JSON.parse(body), { status: 'down', ...REPORT });
});

test('a report as a page, with all of its content', () => {
  const { headers, body } = renderResponse(REPORT, 'text/html');
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

test('the page allows its own script and style only', () => {
  const { headers, body } = renderResponse(REPORT, 'text/html');
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

test('no other site may show a response in a frame, load it, or keep a window with it', () => {
  for (const accept of ['text/html', 'application/json', '*/*']) {
    const { headers } = renderResponse(REPORT, accept);
    assert.match(headers['Content-Security-Policy'] ?? '', /^default-src 'none'; frame-ancestors 'none'/);
    assert.equal(headers['Cross-Origin-Opener-Policy'], 'same-origin');
    assert.equal(headers['Cross-Origin-Resource-Policy'], 'same-origin');
  }
});

test('a response without the error has the same formats, and its own identity', () => {
  const { headers, body } = renderResponse(WITHHELD, 'text/html');
  assert.match(body, /<h1>The program is down<\/h1>/);
  assert.notEqual(headers['X-Autoreload'], renderResponse(REPORT, 'text/html').headers['X-Autoreload']);
  assert.equal(renderResponse(WITHHELD, '*/*').body, `The program is down\n\n${String(WITHHELD.error)}\n`);
});

test('the content of a report is escaped', () => {
  const { body } = renderResponse(
    {
      title: HOSTILE,
      error: HOSTILE,
      frame: { path: HOSTILE, line: 1, column: 1, code: `> 1 | ${HOSTILE}\n${HOSTILE}` },
      waitingFor: [HOSTILE],
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

test('the header identifies the report', () => {
  const mark = (report: Report, accept: string): string | undefined =>
    renderResponse(report, accept).headers['X-Autoreload'];
  assert.match(mark(REPORT, 'text/html') ?? '', /^down [0-9a-f]{16}$/);
  assert.equal(mark({ ...REPORT }, '*/*'), mark(REPORT, 'text/html'));
  assert.notEqual(mark({ ...REPORT, error: 'Error: y' }, '*/*'), mark(REPORT, '*/*'));
  const { body } = renderResponse(REPORT, 'text/html');
  assert.ok(body.includes(`data-mark="${mark(REPORT, 'text/html')}"`));
});

test('a report without details is rendered', () => {
  const report: Report = { title: 'x', error: undefined, frame: undefined, waitingFor: [], others: 0 };
  assert.doesNotMatch(renderResponse(report, 'text/html').body, /undefined|<section>/);
  assert.equal(renderResponse(report, 'text/plain').body, 'x\n');
});
