import { type NanoUsd, priceUsage } from '../../costs/index.js';
import { extractFeatures, type Features, type Signal } from '../../features/index.js';
import type { Policy } from '../../policies/index.js';
import type { Operation } from '../operation.js';
import { isFree, signalOf } from './known-signals.js';
import { sampledSaving } from './sampled-saving.js';
import { MOST_CHARACTERS, MOST_PROMPTS, rolesOf } from './stored-prompts.js';
import type { SuggestionKind } from './suggestion-kind.js';
import type { AnsweredPrompt } from './suggestion-rows.js';
import type { SuggestionSettings } from './suggestion-settings.js';
import { counted, sampled } from './wording.js';

type Routing = NonNullable<SuggestionSettings['routing']>;

/** Requests that named a model and that the routing table would have sent to another. */
export const routing: SuggestionKind = async ({ origin, settings, ask, pace, note }) => {
  const { routing } = settings;
  if (routing === null) return null;
  const { policy, table } = routing.table;
  const obstacle = obstacleOf(routing, origin);
  if (obstacle !== null) {
    note(`routing: what "${policy.id}" would have chosen is not computed: ${obstacle}.`);
    return null;
  }
  const { rows, query, parameters } = await ask('named', {
    most: MOST_PROMPTS,
    most_characters: MOST_CHARACTERS,
  });
  const time = pace();
  const savings: NanoUsd[] = [];
  const groups: string[] = [];
  const targets = new Map<string, number>();
  const forecasts: number[] = [];
  for (const row of rows) {
    if (!(await time.next())) break;
    const features = await featuresOf(row, routing);
    if (features === null) break;
    const choice = policy.choose?.(features) ?? 0;
    const chosen = routing.models.get(policy.models[choice]!)!;
    groups.push(row.promptHash);
    // Money that was spent is not held against prices that are invented, nor the other way round.
    if (chosen.id === row.model || chosen.origin !== origin) {
      savings.push(0);
      continue;
    }
    savings.push(row.cost - priceUsage(row.usage, chosen.pricing));
    targets.set(chosen.id, (targets.get(chosen.id) ?? 0) + 1);
    const change = forecastChange(features, choice, row, routing);
    if (change !== null) forecasts.push(change);
  }
  const moved = [...targets.values()].reduce((sum, count) => sum + count, 0);
  const population = rows[0]?.population ?? 0;
  const to = [...targets].map(([id, count]) => `${id} ${count.toLocaleString('en-US')}`);
  return {
    id: 'routing',
    title: 'Leave the choice of the model to the routing table',
    text: `Of ${counted(savings.length, 'request')} that named a model, the table "${table.name}" (${policy.id}) would have sent ${moved.toLocaleString('en-US')} elsewhere: ${to.join(', ')}. ${qualityText(forecasts, moved)}${sampled(savings.length, population)}`,
    count: moved,
    of: savings.length,
    saving_usd: sampledSaving(savings, groups, population),
    assumption:
      'The other model reads and writes the same number of tokens, as many of them from its cache, at its price of today.',
    query,
    parameters,
    computed:
      'For each row what the table decides on its messages, and its cost less what its tokens cost at the price of the model decided for.',
  };
};

/** Why a policy cannot be asked about what is past; null where it can. */
function obstacleOf(
  { table: { policy }, signals }: Routing,
  origin: Operation['origin'],
): string | null {
  if (policy.choose === undefined) {
    return 'it may call several models, or draws lots, so what it costs hangs on answers that nobody has';
  }
  if (policy.needs.domain) {
    return 'it decides by the declared domain, which is not recorded where a model was named';
  }
  for (const id of policy.needs.signals ?? []) {
    const source = signals.get(id);
    if (source === undefined || !isFree(source)) {
      return `it decides by the signal "${id}", which costs money to obtain`;
    }
    if (source.simulated && origin === 'live') {
      return `it decides by the signal "${id}", which is simulated`;
    }
  }
  return null;
}

async function featuresOf(
  { messages, promptHash }: AnsweredPrompt,
  { table: { policy }, signals }: Routing,
): Promise<Features | null> {
  const request = { messages: rolesOf(messages), domain: null };
  const read = extractFeatures(request);
  const { signals: needed = [] } = policy.needs;
  if (needed.length === 0) return read;
  const obtained: Record<string, Signal> = {};
  for (const id of needed) {
    const signal = await signalOf(signals.get(id)!, promptHash, request);
    if (signal === null) return null;
    obtained[id] = signal;
  }
  return { ...read, signals: obtained };
}

/** By how much the table expects the quality to change; null where it does not tell or does not know the model. */
function forecastChange(
  features: Features,
  choice: number,
  { model }: AnsweredPrompt,
  { table: { policy }, models }: Routing,
): number | null {
  const named = indexOf(policy, model, models);
  const quality = named < 0 ? undefined : policy.forecast?.(features).quality;
  const change = (quality?.[choice] ?? Number.NaN) - (quality?.[named] ?? Number.NaN);
  return Number.isFinite(change) ? change : null;
}

const indexOf = (policy: Policy, id: string, models: Routing['models']): number =>
  policy.models.findIndex((name) => models.get(name)?.id === id);

function qualityText(forecasts: readonly number[], moved: number): string {
  if (forecasts.length === 0) return 'Quality not measured.';
  const mean = forecasts.reduce((sum, one) => sum + one, 0) / forecasts.length;
  const change = `${mean < 0 ? '−' : '+'}${Math.abs(mean).toFixed(3)}`;
  const whose =
    forecasts.length < moved ? ` for ${counted(forecasts.length, 'of them', 'of them')}` : '';
  return `The table forecasts a change in quality of ${change}${whose}; quality not measured.`;
}
