import { didYouMean } from '../did-you-mean.js';
import { UserError } from '../user-error.js';
import { quote } from './problems.js';
import type { Prompt } from './prompt.js';

/** Keeps the prompts that match every member given. Plain data, as an experiment file writes it. */
export interface DatasetFilter {
  readonly domain?: string | readonly string[] | undefined;
  readonly split?: string | readonly string[] | undefined;
  readonly ids?: readonly string[] | undefined;
}

const MOST_LISTED = 20;

function listed(values: ReadonlySet<string>): string {
  if (values.size === 0) return 'none';
  const names = [...values].sort();
  const more = names.length > MOST_LISTED ? `, … (${names.length} in all)` : '';
  return `${names.slice(0, MOST_LISTED).join(', ')}${more}`;
}

/**
 * @param path the dataset's, for messages
 * @throws UserError for a domain, split or id that the dataset does not have, naming those it has;
 *   and where nothing is left
 */
export function filterPrompts(
  prompts: readonly Prompt[],
  filter: DatasetFilter,
  path: string,
): readonly Prompt[] {
  const wantedIds = filter.ids === undefined ? null : new Set(filter.ids);
  const wanted = (field: 'domain' | 'split'): ReadonlySet<string> | null => {
    const given = filter[field];
    if (given === undefined) return null;
    const names = typeof given === 'string' ? [given] : given;
    const present = new Set(prompts.map((prompt) => prompt[field]).filter((name) => name !== null));
    const unknown = names.find((name) => !present.has(name));
    if (unknown !== undefined) {
      throw new UserError(
        `${path}: filter: no prompt has ${field} ${quote(unknown)}${didYouMean(unknown, present)}; there are: ${listed(present)}`,
      );
    }
    return new Set(names);
  };
  const domains = wanted('domain');
  const splits = wanted('split');
  if (wantedIds !== null) {
    const present = new Set(prompts.map(({ id }) => id));
    const unknown = [...wantedIds].find((id) => !present.has(id));
    if (unknown !== undefined) {
      throw new UserError(
        `${path}: filter: no prompt has id ${quote(unknown)}${didYouMean(unknown, present)}`,
      );
    }
  }
  const kept = prompts.filter(
    ({ id, domain, split }) =>
      (domains === null || (domain !== null && domains.has(domain))) &&
      (splits === null || (split !== null && splits.has(split))) &&
      (wantedIds === null || wantedIds.has(id)),
  );
  if (kept.length === 0) {
    throw new UserError(`${path}: filter: none of the ${prompts.length} prompts match all of it`);
  }
  return kept;
}
