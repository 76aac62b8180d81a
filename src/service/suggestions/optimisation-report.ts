import { Pace } from './pace.js';
import type {
  OptimisationReport,
  OptimisationReports,
  Suggestion,
  SuggestionFilter,
} from './suggestion.js';
import type { SuggestionContext } from './suggestion-kind.js';
import { SUGGESTION_KINDS } from './suggestion-kinds.js';
import type { SuggestionRows } from './suggestion-rows.js';
import type { SuggestionSettings } from './suggestion-settings.js';

/** For each loop of each kind. */
const BUDGET_MS = 1500;
/** A report is the same for so long: asking again costs nothing. */
const KEPT_MS = 60_000;
const MOST_KEPT = 100;
/** Reports that may wait for the one being computed. */
const MOST_WAITING = 8;

const BUSY: OptimisationReport = {
  suggestions: [],
  notes: ['Suggestions for other periods are being computed: ask again in a minute.'],
};

export interface OptimisationReportOptions {
  readonly ledger: SuggestionRows;
  readonly settings: SuggestionSettings;
  /** Milliseconds of any clock that goes on. @default performance.now */
  readonly now?: () => number;
}

/**
 * Computes what could be saved when it is asked for: one report at a time, within seconds, and each
 * at most once a minute, so that nobody can keep the service busy with it.
 */
export function createOptimisationReports({
  ledger,
  settings,
  now = () => performance.now(),
}: OptimisationReportOptions): OptimisationReports {
  const kept = new Map<
    string,
    { readonly at: number; readonly report: Promise<OptimisationReport> }
  >();
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  function compute(filter: SuggestionFilter): Promise<OptimisationReport> {
    waiting++;
    const report = last.then(() => computeReport(ledger, settings, filter, now));
    last = report.then(
      () => waiting--,
      () => waiting--,
    );
    return report;
  }

  return {
    async read(filter) {
      const key = JSON.stringify([filter.from, filter.to, filter.tenant]);
      const found = kept.get(key);
      if (found !== undefined && now() - found.at < KEPT_MS) return found.report;
      if (waiting > MOST_WAITING) return BUSY;
      const report = compute(filter);
      kept.delete(key);
      kept.set(key, { at: now(), report });
      // What failed is tried again.
      report.catch(() => kept.delete(key));
      for (const old of kept.keys()) {
        if (kept.size <= MOST_KEPT) break;
        kept.delete(old);
      }
      return report;
    },
  };
}

async function computeReport(
  ledger: SuggestionRows,
  settings: SuggestionSettings,
  filter: SuggestionFilter,
  now: () => number,
): Promise<OptimisationReport> {
  const suggestions: Suggestion[] = [];
  const notes = new Set<string>();
  if (!settings.storePrompts) {
    notes.add(
      'Prompts are not stored (`store_prompts` is off): routing, semantic-cache and compression can be computed from stored prompts only.',
    );
  }
  for (const origin of ['live', 'simulated'] as const) {
    const context: SuggestionContext = {
      origin,
      settings,
      ask: (question, asks) => ledger.suggestionRows(question, { ...filter, origin }, asks),
      pace: () => new Pace(now, BUDGET_MS),
      note: (reason) => notes.add(reason),
    };
    const found: Suggestion[] = [];
    for (const kind of SUGGESTION_KINDS) {
      const suggestion = await kind(context);
      if (suggestion === null || !savesSomething(suggestion)) continue;
      found.push({ ...suggestion, simulated: origin === 'simulated' });
    }
    found.sort((a, b) => (b.saving_usd?.value ?? 0) - (a.saving_usd?.value ?? 0));
    suggestions.push(...found);
  }
  return { suggestions, notes: [...notes] };
}

const savesSomething = ({ count, saving_usd }: Omit<Suggestion, 'simulated'>): boolean =>
  count > 0 && (saving_usd === null || saving_usd.value > 0);
