import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { fromPath } from '../../../../src/shared/module-url.ts';
import { stampFile } from '../../../../src/shared/file-stamp.cts';
import { loadLexer } from '../../../../src/supervisor/graph/source-scan.ts';
import { ProgramFiles } from '../../../../src/supervisor/changes/program-files.ts';
import { Project } from '../../../helpers/project.ts';

before(loadLexer);

/** A tracker of a project, and what it has been told to load: `from` imports `to` as `specifier`. */
function trackerOf(
  project: Project,
  settings: readonly string[] = [],
): {
  tracker: ProgramFiles;
  load: (from: string | undefined, to: string, specifier: string) => void;
} {
  const entry = project.path('app.js');
  const ignore = (): void => {};
  const tracker = new ProgramFiles({
    cwd: project.dir,
    entry,
    settings,
    isIgnored: () => false,
    onPath: ignore,
    onProblem: ignore,
  });
  tracker.begin(Date.now());
  return {
    tracker,
    load(from, to, specifier) {
      const parent = from === undefined ? undefined : fromPath(project.path(from));
      const stamp = stampFile(project.path(to));
      tracker.record({ kind: 'resolved', specifier, parent, url: fromPath(project.path(to)), stamp });
    },
  };
}

test('every dependency is told with its reason and line, and dynamic imports that were not taken', () => {
  using project = new Project({
    'app.js': `import './a.js';\n\nif (never) await import('./b.js');\nnew URL('./c.txt', import.meta.url);\n`,
    'a.js': "require('./missing');\n",
    'c.txt': '',
    '.env': '',
  });
  const { tracker, load } = trackerOf(project, [project.path('.env')]);
  load(undefined, 'app.js', project.path('app.js'));
  load('app.js', 'a.js', './a.js');
  const parent = fromPath(project.path('a.js'));
  tracker.record({ kind: 'missed', specifier: './missing', parent, at: Date.now() });
  tracker.digest(() => false);
  tracker.track(project.path('page.html'), { text: '*.html', by: 'option' }, 'first');
  const told = [...tracker.dependencies()]
    .map((one) => ({ ...one, to: 'to' in one ? one.to : undefined }))
    .filter(({ reason, to }) => reason !== 'miss' || to?.endsWith('/missing.js'))
    .map(({ from, to, reason, specifier, line }) => {
      const name = (url: string | undefined): string => url?.slice(fromPath(project.dir).length + 1) ?? '-';
      return `${name(from)} ${reason} ${name(to)} ${from === undefined ? '-' : (specifier ?? '-')} ${line ?? '-'}`;
    });
  assert.deepEqual(told.toSorted(), [
    '- import app.js - -',
    '- setting .env - -',
    '- tracked page.html - -',
    'a.js miss missing.js ./missing 1',
    'app.js asset c.txt ./c.txt 4',
    'app.js import a.js ./a.js 1',
    'app.js setting package.json - -',
    'app.js untaken - ./b.js 3',
  ]);
});

test('a file that the newest run does not load any more is forgotten when the run has come up', () => {
  using project = new Project({ 'app.js': '', 'a.js': '' });
  const { tracker, load } = trackerOf(project);
  load(undefined, 'app.js', project.path('app.js'));
  load('app.js', 'a.js', './a.js');
  tracker.cameUp();
  tracker.begin(Date.now());
  load(undefined, 'app.js', project.path('app.js'));
  assert.equal(tracker.paths().has(project.path('a.js')), true);
  tracker.cameUp();
  assert.equal(tracker.paths().has(project.path('a.js')), false);
});
