// The ways in which editors and tools save a file. Pauses are part of the way of saving.
import fs from 'node:fs';
import type { Project } from './project.ts';

/** Saves `content` to a file of a project. */
export type Save = (project: Project, path: string, content: string) => void | Promise<void>;

export async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

export const inPlace: Save = (project, path, content) => project.write(path, content);

/** Renames a new file over the old one. */
export const renameOver: Save = (project, path, content) => project.replace(path, content);

/** Saves like vim with a backup: renames the old file, writes a new one, removes the backup. */
export const withBackup: Save = (project, path, content) => {
  fs.renameSync(project.path(path), project.path(`${path}~`));
  project.write(path, content);
  project.remove(`${path}~`);
};

/** Truncates the file, and writes it later. */
export function truncateFirst(ms: number): Save {
  return async (project, path, content) => {
    fs.truncateSync(project.path(path));
    await pause(ms);
    fs.appendFileSync(project.path(path), content);
  };
}

/** Removes the file, and writes it later. */
export function removeFirst(ms: number): Save {
  return async (project, path, content) => {
    project.remove(path);
    await pause(ms);
    project.write(path, content);
  };
}

/** Writes the file in pieces. */
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
