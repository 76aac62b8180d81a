import { z } from 'zod';

const failure = z
  .looseObject({
    error: z.looseObject({ message: z.string(), type: z.string(), code: z.string().nullish() }),
  })
  .describe('Why not. The chat endpoints answer in the form of their own format.');

/** How every route says that it cannot. */
export const FAILURES = { '4xx': failure, '5xx': failure } as const;
