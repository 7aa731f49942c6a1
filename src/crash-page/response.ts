// Renders the response to every request while the program is down: a page, JSON or text, as the client prefers. Pure.
import { createHash } from 'node:crypto';
import type { Report } from '../shared/crash-report.ts';
import { BARE_POLICY, MARK, PAGE_POLICY, renderHtml, waitingList } from './html.ts';

/** The report for clients that may not see the error: no paths, no text of the program. */
export const WITHHELD: Report = {
  title: 'The program is down',
  error:
    'Its terminal shows why. This page shows it on the same machine only, and under the host names in AUTORELOAD_CRASH_PAGE_HOSTS.',
  frame: undefined,
  waitingFor: [],
  others: 0,
};

/**
 * The response that shows a report.
 *
 * @param accept the request header of that name
 */
export function renderResponse(
  report: Report,
  accept: string | undefined,
): { readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  const mark = `down ${createHash('sha256').update(JSON.stringify(report)).digest('hex').slice(0, 16)}`;
  const [type, body] = render(report, mark, accept);
  return {
    headers: {
      'Content-Type': `${type}; charset=utf-8`,
      'Cache-Control': 'no-store',
      'Retry-After': '1',
      Vary: 'Accept',
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': type === 'text/html' ? PAGE_POLICY : BARE_POLICY,
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Resource-Policy': 'same-origin',
      [MARK]: mark,
    },
    body,
  };
}

/**
 * Renders the first format that a client names; text if it names none, as curl does. Browsers and HTTP libraries name the format
 * that they prefer first, so that quality values need not be read.
 */
function render(report: Report, mark: string, accept = ''): readonly [type: string, body: string] {
  switch (/html|json|text\/plain/.exec(accept.toLowerCase())?.[0]) {
    case 'html':
      return ['text/html', renderHtml(report, mark)];
    case 'json':
      return ['application/json', `${JSON.stringify({ status: 'down', ...report }, undefined, 2)}\n`];
    default:
      return ['text/plain', renderText(report)];
  }
}

function renderText(report: Report): string {
  const { title, error, frame } = report;
  const files = waitingList(report).map((text) => `\n  ${text}`);
  const parts = [
    title,
    frame && `${frame.path}:${frame.line}\n${frame.code}`,
    error,
    files.length > 0 ? `Waiting for a change in:${files.join('')}` : undefined,
  ];
  return `${parts.filter((part) => part !== undefined).join('\n\n')}\n`;
}
