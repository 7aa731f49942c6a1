// The ways to save a file in the soak: those of editors, and those of tools that write several times.
import fs from 'node:fs';
import {
  inPieces,
  inPlace,
  pause,
  removeFirst,
  renameOver,
  truncateFirst,
  withBackup,
} from '../helpers/saves.ts';
import type { Save } from '../helpers/saves.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

interface Pattern {
  readonly name: string;
  readonly save: Save;
  /** No reader can find anything but the old or the new content. */
  readonly isAtomic?: true;
}

/** What a step has done. */
export interface Saved {
  readonly text: string;
  /** Number of saves, for the total. */
  readonly count: number;
  /** One atomic save: from rest it restarts the program once. */
  readonly isSingle: boolean;
}

/** Saves new content to a file, or to several at once. */
export async function save(world: World, random: Random, token: () => string): Promise<Saved> {
  if (random.chance(0.12)) return await saveSeveral(world, random, token);
  const name = random.pick(world.names);
  const pattern = patternFor(world, name, random);
  world.tokens[name] = token();
  await pattern.save(world.project, world.place(name).path, world.content(name));
  const text = `${pattern.name}: ${world.place(name).path} = ${world.tokens[name]}`;
  return { text, count: 1, isSingle: pattern.isAtomic === true };
}

async function saveSeveral(world: World, random: Random, token: () => string): Promise<Saved> {
  const names = [...new Set(Array.from({ length: random.between(2, 6) }, () => random.pick(world.names)))];
  for (const name of names) {
    world.tokens[name] = token();
    world.project.write(world.place(name).path, world.content(name));
    if (random.chance(0.4)) await pause(random.between(0, 10));
  }
  const text = names.map((name) => `${world.place(name).path} = ${world.tokens[name]}`).join(', ');
  return { text: `several: ${text}`, count: names.length, isSingle: false };
}

function patternFor(world: World, name: string, random: Random): Pattern {
  const { isLink, isParsed } = world.place(name);
  // An empty entry is a program that listens on nothing, and its socket is let go.
  const isLong = random.chance(0.1) && name !== 'entry';
  const gap = isLong ? random.between(100, 1200) : random.between(0, 40);
  const anywhere: Pattern[] = [
    { name: 'in place', save: inPlace },
    { name: 'in place', save: inPlace },
    { name: `truncated for ${gap} ms`, save: truncateFirst(gap) },
    { name: `half written for ${gap} ms`, save: inPieces(2, gap) },
    { name: 'in pieces', save: inPieces(4, random.between(0, 15)) },
    ...(isParsed ? [{ name: `broken for ${gap} ms`, save: brokenFirst(gap) }] : []),
  ];
  const swapped: Pattern = { name: 'link swapped', save: () => world.swap(name), isAtomic: true };
  const replaced: Pattern = { name: 'renamed over', save: renameOver, isAtomic: true };
  return random.pick(
    isLink
      ? [...anywhere, swapped, swapped, swapped]
      : [
          ...anywhere,
          replaced,
          replaced,
          { name: 'with a backup', save: withBackup },
          { name: `removed for ${gap} ms`, save: removeFirst(gap) },
        ],
  );
}

/** Saves a syntax error, and mends it. */
function brokenFirst(ms: number): Save {
  return async (project, path, content) => {
    project.write(path, '{ "(\n');
    await pause(ms);
    project.write(path, content);
  };
}

/** Saves without new content. Restarts nothing. */
export function saveNothing(world: World, random: Random): Saved {
  const name = random.pick(world.names);
  const { path, isLink, isParsed } = world.place(name);
  const { project } = world;
  const same = fs.readFileSync(project.path(path), 'utf8');
  const now = new Date();
  const ways: Readonly<Record<string, () => void>> = {
    touched: () => fs.utimesSync(project.path(path), now, now),
    'same content in place': () => project.write(path, same),
    'mode changed': () => fs.chmodSync(project.path(path), random.chance(0.5) ? 0o644 : 0o600),
    'a file that is not loaded': () => project.write('unloaded.mjs', String(random.next())),
    ...(!isLink && {
      'same content renamed over': () => project.replace(path, same),
      'same content removed and written': () => {
        project.remove(path);
        project.write(path, same);
      },
    }),
    // A module behind another path is another module.
    ...(isLink && !isParsed && { 'same content behind a swapped link': () => world.swap(name) }),
  };
  const way = random.pick(Object.keys(ways));
  ways[way]!();
  return { text: `${way}: ${path}`, count: 1, isSingle: false };
}
