import { hashOf } from '../hash.js';
import { UserError } from '../user-error.js';
import { inCallShares } from './build-matrix.js';
import type { OutcomeMatrix } from './matrix.js';

/** Several runs in one matrix, over the prompts that all of them have. */
export interface JoinedMatrix {
  readonly matrix: OutcomeMatrix;
  /** Of each model of the joined matrix: what it is called by itself, and which of the matrices it is from. */
  readonly columns: readonly { readonly model: string; readonly from: number }[];
}

/**
 * Joins matrices over shared prompts: equal messages, reference and grader, whatever their ids. The
 * n-th of several equal prompts is matched with the n-th. Prompts come in the order and with the ids
 * and domains of the first matrix, trials are cut to the fewest, and a model that an earlier matrix
 * has is a column of its own, `provider/name (label)`.
 * @param parts each with the label that tells its models apart
 * @throws UserError where no prompt is shared, or some have dollars and others have not
 */
export function joinMatrices(
  parts: readonly { readonly label: string; readonly matrix: OutcomeMatrix }[],
): JoinedMatrix {
  const matrices = parts.map(({ matrix }) => matrix);
  const inDollars = parts.filter(({ matrix }) => matrix.costBasis === 'usd');
  const others = parts.filter(({ matrix }) => matrix.costBasis !== 'usd');
  if (inDollars.length > 0 && others.length > 0) {
    throw new UserError(
      `"${inDollars[0]!.label}" has costs in dollars and "${others[0]!.label}" has none, so they do not compare: give the models of the latter prices with --price MODEL=USD_PER_CALL`,
    );
  }
  const rows = sharedRows(matrices);
  if (rows.length === 0) {
    throw new UserError(
      `The runs ${parts.map(({ label }) => `"${label}"`).join(', ')} share no prompt: compare runs over the same dataset (equal messages, reference and grader)`,
    );
  }
  const columns = parts.flatMap(({ matrix, label }, from) =>
    matrix.models.map((model, column) => {
      const again = matrices.slice(0, from).some((earlier) => earlier.models.includes(model));
      return { model, from, column, name: again ? `${model} (${label})` : model };
    }),
  );
  const trials = Math.min(...matrices.map((matrix) => matrix.trials));
  const size = rows.length * columns.length * trials;
  const state = new Uint8Array(size);
  const score = new Float64Array(size);
  const cost = new Float64Array(size);
  const latency = new Float64Array(size);
  const text = new Array<string | null>(size).fill(null);
  let to = 0;
  for (const row of rows) {
    for (const { from, column } of columns) {
      const source = matrices[from]!;
      const start = (row[from]! * source.models.length + column) * source.trials;
      for (let at = start; at < start + trials; at++) {
        state[to] = source.state[at]!;
        score[to] = source.score[at]!;
        cost[to] = source.cost[at]!;
        latency[to] = source.latency[at]!;
        text[to] = source.text[at]!;
        to++;
      }
    }
  }
  const joined: OutcomeMatrix = {
    prompts: rows.map((row) => matrices[0]!.prompts[row[0]!]!),
    models: columns.map(({ name }) => name),
    trials,
    state,
    score,
    cost,
    latency,
    text,
    costBasis: inDollars.length > 0 ? 'usd' : 'none',
  };
  const shares = matrices.some(({ costBasis }) => costBasis === 'call_share');
  return {
    matrix: shares ? inCallShares(joined) : joined,
    columns: columns.map(({ model, from }) => ({ model, from })),
  };
}

/** Of each shared prompt, in the first matrix's order, its index in every matrix. */
function sharedRows(matrices: readonly OutcomeMatrix[]): number[][] {
  const indices = matrices.map(({ prompts }) => {
    const occurrences = new Map<string, number>();
    return new Map(
      prompts.map(({ messages, reference, grader }, row) => {
        const content = hashOf({ messages, reference, grader });
        const occurrence = (occurrences.get(content) ?? 0) + 1;
        occurrences.set(content, occurrence);
        return [`${content} ${occurrence}`, row];
      }),
    );
  });
  return [...indices[0]!.keys()].flatMap((key) => {
    const row = indices.map((index) => index.get(key));
    return row.every((one) => one !== undefined) ? [row] : [];
  });
}
