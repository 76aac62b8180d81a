import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LearnedStateStore } from './learned-state.js';

/** A learned state in a file of its own, replaced whole. */
export function learnedStateFile(path: string): LearnedStateStore {
  return {
    async read() {
      try {
        return await readFile(path, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw error;
      }
    },
    async write(text) {
      const unfinished = `${path}.unfinished`;
      const file = await open(unfinished, 'w', 0o600);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(unfinished, path);
      await syncFolder(dirname(path));
    },
  };
}

async function syncFolder(path: string): Promise<void> {
  // Windows has no handles of folders; its file systems keep names durable by themselves.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
