import { embedHere } from './local-embedding-here.js';
import { embedInThread } from './local-embedding-thread.js';

/** Turns texts into dense vectors on this machine, without a call. */
export interface LocalEmbedder {
  /**
   * One vector a text, of 512 numbers and length 1. The same whatever the other texts, but for
   * rounding in the seventh digit.
   * @throws Error once it is closed
   */
  embed(texts: readonly string[]): Promise<readonly Float32Array[]>;
  /** Ends the thread, if there is one; what is under way is rejected. */
  close(): Promise<void>;
}

export interface LocalEmbedderOptions {
  /**
   * Whether a thread of its own computes, to the same numbers: a text takes 15 to 70 ms, during which
   * this one would do nothing else. An idle thread keeps no process alive.
   */
  readonly worker?: boolean;
}

/**
 * Opens the sentence embedding model of the package `@energetic-ai/embeddings` (English, Apache-2.0;
 * the lite Universal Sentence Encoder of Cer et al. 2018).
 */
export function openLocalEmbedder({
  worker = false,
}: LocalEmbedderOptions = {}): Promise<LocalEmbedder> {
  return worker ? embedInThread() : embedHere();
}
