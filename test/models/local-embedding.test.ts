import { describe, expect, it } from 'vitest';
import { openLocalEmbedder } from '../../src/models/index.js';

describe('local embeddings', () => {
  it('are 512 numbers of length 1, the same whatever the other texts but for rounding', async () => {
    const embedder = await openLocalEmbedder();
    const texts = ['How do I boil an egg?', 'Cooking eggs in water', 'Proof of the prime theorem'];
    const together = await embedder.embed(texts);
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, at) => sum + x * b[at]!, 0);
    for (const vector of together) {
      expect(vector).toHaveLength(512);
      expect(dot(vector, vector)).toBeCloseTo(1, 4);
    }
    const [egg, cooking, proof] = together;
    expect(dot(egg!, cooking!)).toBeGreaterThan(dot(egg!, proof!));
    const [alone] = await embedder.embed([texts[1]!]);
    alone!.forEach((value, at) => void expect(value).toBeCloseTo(cooking![at]!, 6));
    await embedder.close();
    await expect(embedder.embed(['more'])).rejects.toThrow('closed');
  });

  it('are the same from a thread of their own, asked many at once, and end with it', async () => {
    const here = await openLocalEmbedder();
    const apart = await openLocalEmbedder({ worker: true });
    const texts = Array.from({ length: 19 }, (_, at) => `Question number ${at}`);
    const [all, some, none] = await Promise.all([
      apart.embed(texts),
      apart.embed(texts.slice(3, 5)),
      apart.embed([]),
    ]);
    expect(all).toEqual(await here.embed(texts));
    expect(some).toEqual(await here.embed(texts.slice(3, 5)));
    expect(none).toEqual([]);
    const cutOff = apart.embed(texts);
    const told = expect(cutOff).rejects.toThrow('closed');
    await apart.close();
    await told;
    await expect(apart.embed(texts)).rejects.toThrow('closed');
    await apart.close();
  });
});
