import { escapeHtml } from './html.js';

export function entryList(entries) {
  return `<ul>\n${entries.map(entryItem).join('\n')}\n</ul>`;
}

function entryItem({ name, message, at }) {
  return `  <li><b>${escapeHtml(name)}</b>: ${escapeHtml(message)} <time>${at}</time></li>`;
}
