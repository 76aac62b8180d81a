import { createHash } from 'node:crypto';
import type { UsageRecord } from '../../costs/index.js';
import type { Prompt } from '../../datasets/index.js';
import { hashOf } from '../../hash.js';
import { cellKey, scoreKey } from '../keys.js';
import type { Outcome, Run, Score } from '../outcome.js';
import type { ImportedRun } from './imported-run.js';

/** The judge under which scores that came with the data are kept. */
const RECORDED_JUDGE = 'recorded';
const RECORDED_JUDGE_VERSION = '1';

/** What `RunStore.importRun` takes. */
export interface RunToImport {
  readonly run: Run;
  readonly prompts: readonly Prompt[];
  readonly outcomes: readonly Outcome[];
  readonly scores: readonly Score[];
  /** Empty: what others once paid is not our spend. The cost stands with each outcome. */
  readonly usage: readonly UsageRecord[];
}

/** SHA-256 over everything measured, so that corrected data is another run. */
function contentHash(imported: ImportedRun): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([imported.dataHash, imported.models, imported.scoreScale]));
  for (const cell of imported.cells) {
    const { promptId, model, trial, score, cost, text, usage, latencyMs } = cell;
    const tokens = usage === null ? null : [usage.input, usage.output];
    hash.update(JSON.stringify([promptId, model, trial, score, cost, text, tokens, latencyMs]));
  }
  return hash.digest('hex');
}

/**
 * An import as a run. Its id depends on the data and the name alone, so the same import twice is the
 * same run. Cell keys carry the data's hash and the prompt's id: a recorded answer is never taken
 * for one of a live model, nor for the answer to another prompt of equal text.
 * @param options.now ISO 8601, UTC
 */
export function toRun(
  imported: ImportedRun,
  options: { readonly name: string; readonly now: string; readonly codeVersion: string },
): RunToImport {
  const { name, now, codeVersion } = options;
  const simulated = imported.simulated ?? false;
  const content = contentHash(imported);
  const runId = `import-${hashOf({ content, name }).slice(0, 16)}`;
  const prompts = new Map(imported.prompts.map((prompt) => [prompt.id, prompt]));
  const outcomes: Outcome[] = [];
  const scores: Score[] = [];
  for (const cell of imported.cells) {
    const { promptId, model, trial } = cell;
    const prompt = prompts.get(promptId);
    if (prompt === undefined) throw new Error(`Imported cell of an unknown prompt "${promptId}"`);
    const key = cellKey({
      messages: prompt.messages,
      model,
      baseUrl: `recorded:${content}/${promptId}`,
      parameters: { maxTokens: 0 },
      trial,
    });
    outcomes.push({
      runId,
      promptId,
      model,
      trial,
      cellKey: key,
      status: 'done',
      origin: simulated ? 'simulated' : 'recorded',
      text: cell.text,
      finishReason: null,
      usage: cell.usage,
      cost: cell.cost,
      latencyMs: cell.latencyMs,
      attempts: 1,
      error: null,
      recordedScore: cell.score,
      completedAt: now,
    });
    const verdict = { judge: RECORDED_JUDGE, judgeVersion: RECORDED_JUDGE_VERSION, repeat: 1 };
    scores.push({
      runId,
      promptId,
      model,
      trial,
      ...verdict,
      scoreKey: scoreKey({ cellKey: key, prompt, ...verdict }),
      score: cell.score,
      unscored: cell.unscored,
      rationale: cell.rationale,
      completedAt: now,
    });
  }
  const run: Run = {
    id: runId,
    name,
    kind: 'import',
    status: 'complete',
    planHash: content,
    dataHash: imported.dataHash,
    judge: RECORDED_JUDGE,
    models: imported.models,
    trials: imported.cells.reduce((most, { trial }) => Math.max(most, trial), 1),
    seed: 0,
    simulated,
    scoreScale: imported.scoreScale,
    costBasis: imported.costBasis,
    codeVersion,
    spec: {
      import: imported.source,
      notes: imported.notes,
      ...(imported.judgeModel === undefined
        ? {}
        : { judges: [{ id: RECORDED_JUDGE, model: imported.judgeModel }] }),
    },
    startedAt: now,
    endedAt: now,
  };
  return { run, prompts: imported.prompts, outcomes, scores, usage: [] };
}
