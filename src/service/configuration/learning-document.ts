import { z } from 'zod';
import type { Catalogue } from '../../costs/index.js';
import { didYouMean } from '../../did-you-mean.js';
import { amount, type Finding, flag, mapping, text, valueAt } from '../../documents/index.js';
import { DEFAULT_RUBRIC, rubrics } from '../../judges/index.js';
import {
  connectionFindings,
  connectionKeys,
  connectionOf,
  type ModelConnection,
  modelId,
  modelSpecOf,
  timeoutSeconds,
} from '../../models/index.js';
import type { LearningConfig } from '../service-config.js';
import { servingProblem } from './serving-problem.js';

/** The key `learning` of the service's configuration file, as written. */

const MODEL = 'a model as "provider/name" or a mapping with id';
const judgingModel = z.union(
  [
    modelId,
    mapping(MODEL, {
      id: modelId.describe('The model as provider/name.'),
      ...connectionKeys,
      timeout_seconds: timeoutSeconds,
    }),
  ],
  { error: MODEL },
);

/** A verdict is short; one that hangs holds up all behind it. */
const JUDGE_TIMEOUT_MS = 60_000;

const SHARE = 'a share, more than 0';

export const learning = mapping('a mapping with adapt, explore, explore_dearer or judge', {
  adapt: flag()
    .describe(
      'Whether the policy goes on learning from feedback; it must be of a router that learns. Default false.',
    )
    .optional(),
  explore: amount('a share of requests', 1)
    .describe(
      'Share of routed requests whose model is drawn among those that cost no more than the one chosen. Default 0.',
    )
    .optional(),
  explore_dearer: flag()
    .describe('Whether dearer models than the one chosen are drawn, too. Default false.')
    .optional(),
  judge: mapping('a mapping with model, share and rubric', {
    model: judgingModel.describe('The model that judges.'),
    share: amount(SHARE, 1)
      .positive({ error: SHARE })
      .describe('Probability with which a routed answer is judged.'),
    rubric: text('the name of a rubric')
      .describe(`What it judges by: ${[...rubrics.keys()].join(', ')}. Default ${DEFAULT_RUBRIC}.`)
      .optional(),
  })
    .describe('A judge that looks at a random sample of routed answers, after they were given.')
    .optional(),
}).describe('What is learned from live traffic. Default: nothing.');

/** What the schema does not tell of it. Passes over whatever has not the right shape. */
export function learningFindings(data: unknown, catalogue: Catalogue): readonly Finding[] {
  const path = ['learning', 'judge'];
  const findings: Finding[] = [];
  const rubric = valueAt(data, [...path, 'rubric']);
  if (typeof rubric === 'string' && rubric !== '' && !rubrics.has(rubric)) {
    const known = [...rubrics.keys()];
    const message = `found ${JSON.stringify(rubric)}, expected ${known.join(', ')}${didYouMean(rubric, known)}`;
    findings.push({ path: [...path, 'rubric'], part: 'value', message });
  }
  const entry = valueAt(data, [...path, 'model']);
  findings.push(...connectionFindings(entry, [...path, 'model']));
  const parsed = judgingModel.safeParse(entry);
  const problem = parsed.success ? servingProblem(connectionIn(parsed.data), catalogue) : null;
  if (problem !== null) {
    const at = typeof entry === 'string' ? ['model'] : ['model', 'id'];
    findings.push({ path: [...path, ...at], part: 'value', message: problem });
  }
  return findings;
}

export function learningOf(
  document: z.output<typeof learning>,
  catalogue: Catalogue,
  asOf: string,
): LearningConfig {
  const { adapt = false, explore = 0, explore_dearer: exploreDearer = false, judge } = document;
  return {
    adapt,
    explore,
    exploreDearer,
    judge:
      judge === undefined
        ? null
        : {
            model: {
              timeoutMs: JUDGE_TIMEOUT_MS,
              ...modelSpecOf(connectionIn(judge.model), catalogue, asOf),
            },
            rubric: judge.rubric ?? DEFAULT_RUBRIC,
            share: judge.share,
          },
  };
}

const connectionIn = (model: z.output<typeof judgingModel>): ModelConnection =>
  typeof model === 'string' ? connectionOf(model, {}) : connectionOf(model.id, model);
