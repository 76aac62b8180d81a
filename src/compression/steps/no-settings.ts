import { z } from 'zod';

/** Of a step about which nothing can be set. */
export const noSettings = z.strictObject(
  {},
  {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? 'none' : 'the step by its name alone, or an empty mapping',
  },
);
