import type { FoldInput } from './fit-fold.js';
import type { Job, JobInput, WrittenResult } from './fit-jobs.js';

/** What a worker starts with, cloned once for each. */
export interface WorkerInput {
  readonly input: Omit<JobInput, 'foldInput'> & { readonly foldInput: Omit<FoldInput, 'routers'> };
  readonly jobs: readonly Job[];
  /** Those of the registry that jobs name. */
  readonly routers: readonly {
    readonly id: string;
    readonly settings: Readonly<Record<string, unknown>>;
  }[];
  /** One shared number: the first job that nobody has taken. */
  readonly queue: Int32Array;
}

/** Of the job at a place of the list: its result, or the user's mistake that ended it. */
export type WorkerMessage =
  | { readonly at: number; readonly result: WrittenResult }
  | {
      readonly at: number;
      readonly mistake: { readonly message: string; readonly exitCode: 1 | 2 };
    };

/** Takes the next job from the shared queue: its place, at or beyond the end of the list where none is left. */
export const claim = (queue: Int32Array): number => Atomics.add(queue, 0, 1);

/** What a message hands over in place of copying. */
export function buffersOf(result: WrittenResult): ArrayBuffer[] {
  if (result.kind === 'prequential') return [];
  const arrays = [...result.routers.values()].flatMap((dial) =>
    dial.flatMap(({ test }) => [test.quality, test.cost, test.latency, test.answered]),
  );
  return [...new Set(arrays.map(({ buffer }) => buffer))].filter(
    (buffer) => buffer instanceof ArrayBuffer,
  );
}
