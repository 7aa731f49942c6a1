// How editors and tools save a file. A pause here is part of the way of saving, not a wait for something.
import fs from 'node:fs';
import type { Project } from './project.ts';

/** Saves `content` to a file of a project. */
export type Save = (project: Project, path: string, content: string) => void | Promise<void>;

export async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

export const inPlace: Save = (project, path, content) => project.write(path, content);

/** A new file renamed over the old one. */
export const renameOver: Save = (project, path, content) => project.replace(path, content);

/** As vim does with a backup: the old file is renamed away, a new one written, the backup removed. */
export const withBackup: Save = (project, path, content) => {
  fs.renameSync(project.path(path), project.path(`${path}~`));
  project.write(path, content);
  project.remove(`${path}~`);
};

/** Emptied, and written a while later. */
export function truncateFirst(ms: number): Save {
  return async (project, path, content) => {
    fs.truncateSync(project.path(path));
    await pause(ms);
    fs.appendFileSync(project.path(path), content);
  };
}

/** Removed, and written a while later. */
export function removeFirst(ms: number): Save {
  return async (project, path, content) => {
    project.remove(path);
    await pause(ms);
    project.write(path, content);
  };
}

/** Written piece by piece. */
export function inPieces(count: number, ms: number): Save {
  return async (project, path, content) => {
    const size = Math.ceil(content.length / count);
    project.write(path, content.slice(0, size));
    for (let at = size; at < content.length; at += size) {
      await pause(ms);
      fs.appendFileSync(project.path(path), content.slice(at, at + size));
    }
  };
}
