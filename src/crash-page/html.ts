// Renders the crash page for browsers: one self-contained document, which reloads itself when the program runs again or has
// crashed again. Pure.
import { createHash } from 'node:crypto';
import type { Report } from '../shared/crash-report.ts';

/** Header of every response while the program is down. Its value identifies the report. */
export const MARK = 'X-Autoreload';

const STYLE = `
:root { color-scheme: light dark; --line: #d0d4da; --soft: #59636e; --bad: #b3261e; --code: #f4f5f7 }
@media (prefers-color-scheme: dark) { :root { --line: #3a4048; --soft: #9aa4af; --bad: #ff8a80; --code: #1c2026 } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 64rem; padding: 2rem 1rem; font: 1rem/1.5 system-ui, sans-serif }
h1 { margin: 0 0 .25rem; color: var(--bad); font-size: 1.4rem; overflow-wrap: anywhere }
h2 { margin: 1.5rem 0 .5rem; font-size: 1rem; overflow-wrap: anywhere }
p, footer { margin: 0; color: var(--soft) }
footer { margin-top: 2rem; font-size: .85rem }
pre, li { font: .85rem/1.5 ui-monospace, monospace; tab-size: 4 }
pre { margin: 0; padding: .75rem 1rem; overflow-x: auto; background: var(--code); border: 1px solid var(--line); border-radius: 6px }
mark { background: none; color: var(--bad); font-weight: bold }
ul { margin: 0; padding-left: 1.25rem; overflow-wrap: anywhere }
`;

/** Follows no redirects: this page never redirects. */
const SCRIPT = `
const mark = document.documentElement.dataset.mark;
let timer;
function later() {
  clearTimeout(timer);
  timer = setTimeout(look, 500);
}
async function look() {
  if (document.hidden) return;
  try {
    const url = location.origin + location.pathname + location.search;
    const response = await fetch(url, { method: 'HEAD', cache: 'no-store', redirect: 'manual' });
    if (response.headers.get('${MARK}') !== mark) return location.reload();
  } catch {}
  later();
}
document.addEventListener('visibilitychange', later);
later();
`;

/** Policy of every response: no other page may show it in a frame. */
export const BARE_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** Allows the style and the script above too, and requests to the origin of the page. */
export const PAGE_POLICY: string = [
  BARE_POLICY,
  `style-src '${hash(STYLE)}'`,
  `script-src '${hash(SCRIPT)}'`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/**
 * The page for a report.
 *
 * @param mark value of {@link MARK}
 */
export function renderHtml(report: Report, mark: string): string {
  const { title, error, frame } = report;
  const files = waitingList(report).map((text) => `<li>${escapeHtml(text)}</li>\n`);
  return `<!DOCTYPE html>
<html lang="en" data-mark="${escapeHtml(mark)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
<noscript><meta http-equiv="refresh" content="2"></noscript>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<p>This page reloads itself when the program is up again.</p>
${frame ? section(`${frame.path}:${frame.line}`, `<pre tabindex="0">${highlighted(frame.code)}</pre>`) : ''}
${error === undefined ? '' : section('Error', `<pre tabindex="0">${escapeHtml(error)}</pre>`)}
${files.length === 0 ? '' : section('Waiting for a change in', `<ul>\n${files.join('')}</ul>`)}
<footer>Shown by autoreload in place of the program. <code>AUTORELOAD_CRASH_PAGE=0</code> turns it off.</footer>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function section(title: string, content: string): string {
  return `<section>\n<h2>${escapeHtml(title)}</h2>\n${content}\n</section>`;
}

/** The files whose change restarts the program, and the number of the others. */
export function waitingList({ waitingFor, others }: Report): string[] {
  const more = `${waitingFor.length > 0 ? 'and ' : ''}${others} more`;
  return others === 0 ? [...waitingFor] : [...waitingFor, more];
}

/** Highlights the line of the error and the caret below it. */
function highlighted(code: string): string {
  return escapeHtml(code).replaceAll(/^&gt; .*|^ +\| [ \t]*\^$/gm, '<mark>$&</mark>');
}

/** Escapes text for content and attributes. */
function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
