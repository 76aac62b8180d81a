import { parentPort } from 'node:worker_threads';
import { embedHere } from './local-embedding-here.js';
import type { EmbeddingQuestion, EmbeddingReply } from './local-embedding-thread.js';

/** Entry of the thread: embeds what it is asked, in turn. */
const embedder = await embedHere();
let last = Promise.resolve();
parentPort?.on('message', (question: EmbeddingQuestion) => {
  last = last.then(() => answer(question));
});
send({ ready: true });

async function answer({ id, texts }: EmbeddingQuestion): Promise<void> {
  try {
    const vectors = await embedder.embed(texts);
    send(
      { id, vectors },
      vectors.map(({ buffer }) => buffer as ArrayBuffer),
    );
  } catch (error) {
    send({ id, failure: error instanceof Error ? error.message : String(error) });
  }
}

function send(reply: EmbeddingReply, transfer: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(reply, transfer);
}
