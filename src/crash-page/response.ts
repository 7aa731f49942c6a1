// Renders the response to every request while the program is down: a page, JSON or text, as the client prefers. Pure.
import { createHash } from 'node:crypto';
import type { Report } from '../shared/crash-report.ts';
import { MARK, POLICY, renderHtml } from './html.ts';

type Format = 'html' | 'json' | 'text';

/** A response without its status. */
interface PageResponse {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const TYPES: Readonly<Record<Format, string>> = {
  html: 'text/html; charset=utf-8',
  json: 'application/json; charset=utf-8',
  text: 'text/plain; charset=utf-8',
};

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
      'Content-Type': TYPES[format],
      'Cache-Control': 'no-store',
      'Retry-After': '1',
      Vary: 'Accept',
      'X-Content-Type-Options': 'nosniff',
      ...(format === 'html' ? { 'Content-Security-Policy': POLICY } : {}),
      [MARK]: mark,
    },
    body: render(report, format, mark),
  };
}

/**
 * The first format that a client names; text if it names none, as curl does. Browsers and HTTP libraries name the format that
 * they prefer first, so that quality values need not be read.
 */
function chooseFormat(accept = ''): Format {
  const [first] = /html|json|text\/plain/.exec(accept.toLowerCase()) ?? [];
  return first === 'html' || first === 'json' ? first : 'text';
}

function render(report: Report, format: Format, mark: string): string {
  switch (format) {
    case 'html':
      return renderHtml(report, mark);
    case 'json':
      return `${JSON.stringify({ status: 'down', ...report }, undefined, 2)}\n`;
    case 'text':
      return renderText(report);
  }
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
