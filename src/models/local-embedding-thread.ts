import { Worker } from 'node:worker_threads';

/** What the thread is sent. */
export interface EmbeddingQuestion {
  readonly id: number;
  readonly texts: readonly string[];
}

/** What it says: first that it is ready, under no id, then an answer to each question. */
export type EmbeddingReply =
  | { readonly ready: true }
  | { readonly id: number; readonly vectors: readonly Float32Array[] }
  | { readonly id: number; readonly failure: string };

interface Waiting {
  readonly resolve: (vectors: readonly Float32Array[]) => void;
  readonly reject: (reason: Error) => void;
}

/** A thread does not inherit what lets this one run from TypeScript, so there it loads that first. */
function startWorker(): Worker {
  if (!import.meta.url.endsWith('.ts')) {
    return new Worker(new URL('./local-embedding-worker.js', import.meta.url));
  }
  const entry = JSON.stringify(new URL('./local-embedding-worker.ts', import.meta.url));
  const load = `import('tsx/esm/api').then(({ tsImport }) => tsImport(${entry}, ${entry}))`;
  return new Worker(load, { eval: true });
}

/** Computes embeddings in a thread of its own. */
export async function embedInThread(): Promise<{
  embed(texts: readonly string[]): Promise<readonly Float32Array[]>;
  close(): Promise<void>;
}> {
  const worker = startWorker();
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  let ended: Error | null = null;
  const end = (reason: Error): void => {
    ended ??= reason;
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  const settle = (id: number): Waiting | undefined => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
    return one;
  };
  await new Promise<void>((resolve, reject) => {
    worker.on('message', (reply: EmbeddingReply) => {
      if ('ready' in reply) resolve();
      else if ('vectors' in reply) settle(reply.id)?.resolve(reply.vectors);
      else settle(reply.id)?.reject(new Error(reply.failure));
    });
    worker.on('error', (error) => {
      end(error instanceof Error ? error : new Error(String(error)));
      reject(error);
    });
    worker.on('exit', () => {
      end(new Error('The embedder is closed'));
      reject(ended);
    });
  });
  worker.unref();
  return {
    embed: (texts) =>
      new Promise((resolve, reject) => {
        if (ended !== null) {
          reject(ended);
          return;
        }
        const question: EmbeddingQuestion = { id: asked++, texts };
        waiting.set(question.id, { resolve, reject });
        worker.ref();
        worker.postMessage(question);
      }),
    async close() {
      end(new Error('The embedder is closed'));
      await worker.terminate();
    },
  };
}
