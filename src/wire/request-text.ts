import { z } from 'zod';
import { WireRequestError } from './wire-format.js';

/** Text as both formats send it: a string, or parts that each hold some. */
export const textContent = z.union([
  z.string(),
  z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
]);

/**
 * The text of a message.
 * @throws WireRequestError for a part that is not text (an image, a tool's result), as dropping it
 * would answer another question than the one that was asked
 */
export function textOf(content: z.infer<typeof textContent>, place: string): string {
  if (typeof content === 'string') return content;
  return content
    .map((part, index) => {
      if (part.type !== 'text' || part.text === undefined) {
        throw new WireRequestError(
          `${place}[${index}]: only text is supported, got a part of type "${part.type}"`,
        );
      }
      return part.text;
    })
    .join('');
}

/** @throws WireRequestError with the first problem: its path, and what was expected there. */
export function parseBody<Body>(schema: z.ZodType<Body>, body: unknown): Body {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue === undefined || issue.path.length === 0 ? 'body' : issue.path.join('.');
  throw new WireRequestError(`${path}: ${issue?.message ?? 'not a valid request'}`);
}
