import { z } from 'zod';
import { UserError } from '../../../user-error.js';
import { packedFloats, unpackFloats } from '../../packed-numbers.js';
import { costDocumentSchema } from '../cost-by-length.js';
import { columnsDocumentSchema } from './request-columns.js';

/** A linear model per routed model, as data. */
export const linearDocumentSchema = z.strictObject({
  columns: columnsDocumentSchema,
  /** Columns × models, row-major: words and pairs, statistics, the constant. */
  weights: packedFloats,
  penalty: z.number().positive(),
  cost: costDocumentSchema,
});
export type LinearDocument = z.output<typeof linearDocumentSchema>;

/** @throws UserError where they are not as many as expected, or not all finite */
export function linearWeights(packed: string, columns: number, models: number): Float32Array {
  const expected = columns * models;
  const bytes = Buffer.byteLength(packed, 'base64');
  if (bytes !== 4 * expected) {
    throw new UserError(
      `Linear predictor: \`weights\`: expected ${expected} numbers, ${columns} columns of ${models} models, got ${bytes / 4}`,
    );
  }
  const weights = unpackFloats(packed);
  const odd = weights.findIndex((weight) => !Number.isFinite(weight));
  if (odd >= 0) {
    throw new UserError(
      `Linear predictor: \`weights[${odd}]\`: expected a finite number, got ${weights[odd]}`,
    );
  }
  return weights;
}
