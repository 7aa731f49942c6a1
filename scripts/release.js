// Prepares package.json and README.md for npm, in the release workflow: the scope of the name, the address of the repository, and
// absolute links. Refuses a release whose tag, version and changelog disagree. Changes files in place; nothing is committed.
import { readFileSync, writeFileSync } from 'node:fs';

const { GITHUB_REPOSITORY = '', GITHUB_REF_NAME = '', NPM_SCOPE = '' } = process.env;
/** Placeholder for the owner in package.json. No GitHub account can have this name. */
const PLACEHOLDER = '__OWNER__/autoreload';

const manifest = readFileSync('package.json', 'utf8');
const readme = readFileSync('README.md', 'utf8');
const { name, version } = JSON.parse(manifest);
const problems = [
  [!/^[\w.-]+\/[\w.-]+$/.test(GITHUB_REPOSITORY), 'GITHUB_REPOSITORY must be owner/name'],
  [!/^[\w.-]+$/.test(NPM_SCOPE), 'NPM_SCOPE must be the name of an npm user or organization'],
  [
    GITHUB_REF_NAME !== `v${version}`,
    `the tag ${GITHUB_REF_NAME} is not v${version}, the version in package.json`,
  ],
  [
    !readFileSync('CHANGELOG.md', 'utf8').includes(`\n## [${version}] - `),
    `CHANGELOG.md has no section ## [${version}] - date`,
  ],
  [readme.includes('Not on the npm registry yet'), 'README.md says that the package is not on the registry'],
].flatMap(([isProblem, message]) => (isProblem ? [message] : []));
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}

const scoped = `@${NPM_SCOPE.toLowerCase()}/${name}`;
writeFileSync(
  'package.json',
  manifest.replaceAll(PLACEHOLDER, GITHUB_REPOSITORY).replace(`"name": "${name}"`, `"name": "${scoped}"`),
);

// Relative links would be broken on the registry page: the package contains no docs.
const files = `https://github.com/${GITHUB_REPOSITORY}/blob/${GITHUB_REF_NAME}`;
const images = `https://raw.githubusercontent.com/${GITHUB_REPOSITORY}/${GITHUB_REF_NAME}`;
const published = readme
  .replaceAll(/(!\[[^\]]*\]\()(?!\w+:|#)/g, `$1${images}/`)
  .replaceAll(/((?<!!)\[[^\]]*\]\()(?!\w+:|#)/g, `$1${files}/`);
writeFileSync('README.md', published);
console.log(`${scoped}@${version} of ${GITHUB_REPOSITORY}`);
