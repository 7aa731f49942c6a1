// Renders the response to every request while the program is down: a page, JSON or text, as the client prefers. Pure.
import { createHash } from 'node:crypto';
import type { Report } from '../shared/crash-report.ts';
import { MARK, POLICY, renderHtml } from './html.ts';

/** A response without its status. */
interface PageResponse {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A format in which a report is shown. */
interface Format {
  readonly type: string;
  readonly render: (report: Report, mark: string) => string;
}

const HTML: Format = { type: 'text/html', render: renderHtml };
const JSON_TEXT: Format = {
  type: 'application/json',
  render: (report) => `${JSON.stringify({ status: 'down', ...report }, undefined, 2)}\n`,
};
const TEXT: Format = { type: 'text/plain', render: renderText };

/**
 * The response that shows a report.
 *
 * @param accept the request header of that name
 */
export function renderResponse(report: Report, accept: string | undefined): PageResponse {
  const format = chooseFormat(accept);
  const mark = `down ${createHash('sha256').update(JSON.stringify(report)).digest('hex').slice(0, 16)}`;
  return {
    headers: {
      'Content-Type': `${format.type}; charset=utf-8`,
      'Cache-Control': 'no-store',
      'Retry-After': '1',
      Vary: 'Accept',
      'X-Content-Type-Options': 'nosniff',
      ...(format === HTML ? { 'Content-Security-Policy': POLICY } : {}),
      [MARK]: mark,
    },
    body: format.render(report, mark),
  };
}

/**
 * The first format that a client names; text if it names none, as curl does. Browsers and HTTP libraries name the format that
 * they prefer first, so that quality values need not be read.
 */
function chooseFormat(accept = ''): Format {
  const [first] = /html|json|text\/plain/.exec(accept.toLowerCase()) ?? [];
  if (first === 'html') return HTML;
  return first === 'json' ? JSON_TEXT : TEXT;
}

function renderText({ title, error, frame, waitingFor, others }: Report): string {
  const files = waitingFor.map((path) => `  ${path}`);
  if (others > 0) files.push(`  ${files.length > 0 ? 'and ' : ''}${others} more`);
  const parts = [
    title,
    frame && `${frame.path}:${frame.line}\n${frame.code}`,
    error,
    files.length > 0 ? `Waiting for a change in:\n${files.join('\n')}` : undefined,
  ];
  return `${parts.filter((part) => part !== undefined).join('\n\n')}\n`;
}
