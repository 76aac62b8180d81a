import type { VariantResult } from './comparison.js';
import { percentText, signedText } from './verdict-text.js';

export interface AnswerOptions {
  readonly margin: number;
  readonly alpha: number;
  /** What must stand before the sentence. */
  readonly prefix: string;
  /** Comparisons that were corrected for. */
  readonly tests: number;
}

type Facts = Omit<VariantResult, 'answer' | 'text'>;

/** Whether a compression pays with a model, in a word and in a sentence. */
export function answerOf(
  facts: Facts,
  options: AnswerOptions,
): Pick<VariantResult, 'answer' | 'text'> {
  const { variant, model, pAdjusted } = facts;
  const { alpha, margin, prefix } = options;
  const name = `${variant} with ${model}`;
  const refuted = refutation(facts, margin);
  if (refuted !== null) {
    return { answer: 'does_not_pay', text: `${prefix}${name} does not pay: ${refuted}.` };
  }
  if (pAdjusted !== null && pAdjusted <= alpha) {
    const kept = `quality stays within ${margin} (${signedText(facts.difference.mean ?? 0)})`;
    return {
      answer: 'pays',
      text: `${prefix}${name} pays: ${kept} and it saves ${savingText(facts)} of the cost.`,
    };
  }
  const text = `${prefix}${name} is too close to call: ${openReasons(facts, options)}.`;
  return { answer: 'too_close', text };
}

/** Why it surely does not pay; null where it may. */
function refutation(facts: Facts, margin: number): string | null {
  const { changed, difference, costSaving } = facts;
  if (changed === 0) return 'it changes no prompt, so there is nothing to save';
  if (difference.high !== null && difference.high < -margin) {
    return `quality drops by more than ${margin} (${signedText(difference.mean ?? 0)})`;
  }
  if (costSaving.high !== null && costSaving.high < 0) {
    return `it costs ${percentText(-(costSaving.mean ?? 0))} more`;
  }
  return null;
}

function openReasons(facts: Facts, { margin, alpha, tests }: AnswerOptions): string {
  const { difference, costSaving, pValue } = facts;
  if (costSaving.mean === null) return 'no costs are known to weigh its quality against';
  if (pValue === null) return 'one group of prompts is too few to tell';
  if (pValue <= alpha) return `it would pay alone, but not as one of ${tests} comparisons made`;
  const reasons = [
    ...(difference.low !== null && difference.low > -margin
      ? []
      : [
          `its quality is not shown to stay within ${margin} (${signedText(difference.mean ?? 0)})`,
        ]),
    ...(costSaving.low !== null && costSaving.low > 0
      ? []
      : [`it is not shown to cost less (saving ${savingText(facts)})`]),
  ];
  // The interval by resampling and the test disagree within a hair.
  return reasons.length > 0 ? reasons.join(', and ') : 'quality and cost are at the very bound';
}

function savingText({ costSaving }: Facts): string {
  return costSaving.mean === null ? 'an unknown part' : percentText(costSaving.mean);
}
