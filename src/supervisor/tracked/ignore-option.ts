// Decides which paths never count, as the option `--ignore` says.
import { resolve, sep } from 'node:path';
import { commonFolder, isInside } from '../util/paths.ts';
import { IgnoreRules } from './ignore-rules.ts';

/** Consecutive patterns that are relative to the same folder. */
interface RuleGroup {
  readonly rules: IgnoreRules;
  /** Those patterns that are names, which apply outside the working directory too. */
  readonly names: IgnoreRules;
}

/**
 * Returns a function that tells whether a path never counts.
 *
 * @param patterns as in a .gitignore file in `cwd`; besides, `./`, `../` and absolute paths are allowed
 * @param cwd the folder that they are relative to
 */
export function ignoredBy(
  patterns: readonly string[],
  cwd: string,
): (path: string, isFolder?: boolean) => boolean {
  /** The last ones first: the first group with a matching pattern decides. */
  const groups: RuleGroup[] = [];
  for (const pattern of patterns) {
    const written = sep === '/' ? pattern : pattern.replaceAll('\\', '/');
    const [, not = '', text = ''] = /^(!?)(.*)$/s.exec(written) ?? [];
    const here = cwd.replaceAll('\\', '/');
    const local = text.startsWith(`${here}/`) ? `.${text.slice(here.length)}` : text;
    const [dots, way = '.', rest = ''] = /^((?:\.\.?\/)+|\.$)(.*)$/s.exec(local) ?? [];
    if (dots !== undefined) add(groups, resolve(cwd, way), `${not}/${rest || '**'}`);
    else add(groups, cwd, not + text, !/\/./.test(text.replace(/^(?:\*\*\/)+/, '')));
  }
  return (path, isFolder = false) => {
    const isOutside = groups.length > 0 && !isInside(path, cwd) && !isInside(cwd, path);
    // A folder that contains both, such as /tmp, is not part of the project: its name does not matter.
    const around = isOutside ? commonFolder([path, cwd]) : undefined;
    for (const { rules, names } of groups) {
      const isIgnored = isInside(path, rules.folder)
        ? rules.test(path, isFolder)
        : around !== undefined && names.test(path, isFolder, around);
      if (isIgnored !== undefined) return isIgnored;
    }
    return false;
  };
}

function add(groups: RuleGroup[], folder: string, pattern: string, isName = false): void {
  let [group] = groups;
  if (group?.rules.folder !== folder) {
    group = { rules: new IgnoreRules(folder), names: new IgnoreRules(folder) };
    groups.unshift(group);
  }
  group.rules.add(pattern);
  if (isName) group.names.add(pattern);
}
