import { createHash } from 'node:crypto';
import { canonicalJson } from '../hash.js';
import type { Prompt } from './prompt.js';

/**
 * SHA-256 over prompts in their order, every field of each. Depends on what was parsed alone, so the
 * same prompts as JSON Lines, CSV or Parquet hash the same. Key order inside options and metadata
 * does not matter.
 */
export function hashPrompts(prompts: readonly Prompt[]): string {
  const hash = createHash('sha256');
  for (const prompt of prompts) {
    const { grader, metadata } = prompt;
    // A fixed list in place of sorted keys: the same for equal prompts, and several times as fast.
    const fields = [
      prompt.id,
      prompt.messages.map(({ role, content }) => [role, content]),
      prompt.reference,
      grader === null ? null : [grader.name, canonicalJson(grader.options)],
      prompt.domain,
      prompt.group,
      prompt.difficulty,
      prompt.split,
      canonicalJson(metadata),
    ];
    hash.update(JSON.stringify(fields)).update('\n');
  }
  return hash.digest('hex');
}
