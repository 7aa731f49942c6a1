// Checks the documentation: every relative link leads to a file, and every anchor to a heading.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../../helpers/project.ts';

const PAGES = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'].map((name) => join(ROOT, name)),
  ...fs.readdirSync(join(ROOT, 'docs')).map((name) => join(ROOT, 'docs', name)),
].filter((path) => path.endsWith('.md') && fs.existsSync(path));

const withoutCode = (text: string): string => text.replaceAll(/^```.*?^```/gms, '');

/** Returns the anchors of a page, which GitHub derives from its headings. */
function anchorsOf(path: string): Set<string> {
  const headings = withoutCode(fs.readFileSync(path, 'utf8')).matchAll(/^#+ (.+)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .replaceAll(/\[(.+?)\]\(.+?\)/g, '$1')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\p{Pc} -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

test('no link in the documentation is broken', () => {
  assert.ok(PAGES.length > 8);
  const broken = PAGES.flatMap((page) => {
    const links = withoutCode(fs.readFileSync(page, 'utf8')).matchAll(
      /\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]*))?\)/g,
    );
    return [...links].flatMap(([link, path = '', anchor]) => {
      const target = path === '' ? page : join(dirname(page), path);
      const isThere =
        fs.existsSync(target) &&
        (anchor === undefined || (target.endsWith('.md') && anchorsOf(target).has(anchor)));
      return isThere ? [] : [`${relative(ROOT, page)}: ${link.slice(1)}`];
    });
  });
  assert.deepEqual(broken, []);
});
