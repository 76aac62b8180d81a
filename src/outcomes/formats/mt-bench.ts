import { join } from 'node:path';
import {
  checkDataFile,
  lineOf,
  type Position,
  Problems,
  type Prompt,
  quote,
  readJsonLines,
} from '../../datasets/index.js';
import { UserError } from '../../user-error.js';
import { contaminationNote, readContaminated } from './contamination.js';
import type { ImportedCell, ImportedOutcomes } from './imported-run.js';

/** Judges rate from 1 to 10; stored scores are the rating over this. */
const SCALE = 10;
const NO_RATING = 'the judge gave no rating from 1 to 10';

interface Question {
  readonly id: string;
  readonly category: string;
  readonly turns: readonly string[];
  readonly references: readonly unknown[];
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

async function readQuestions(path: string, problems: Problems): Promise<Question[]> {
  await checkDataFile(path);
  const questions: Question[] = [];
  for (const { values, position } of await readJsonLines(path, problems)) {
    const { question_id: id, category, turns, reference } = values;
    if (!Number.isSafeInteger(id) || typeof category !== 'string' || !isTexts(turns)) {
      problems.add(
        position,
        'expected a question: "question_id" (integer), "category" (text), "turns" (texts)',
      );
      continue;
    }
    const references: readonly unknown[] = Array.isArray(reference) ? reference : [];
    questions.push({ id: String(id), category, turns, references });
  }
  return questions;
}

/** The text between two marks that each stand exactly once, the second one last; else null. */
function between(text: string, before: string, after: string): string | null {
  const start = text.indexOf(before);
  if (start < 0 || text.indexOf(before, start + 1) >= 0 || !text.endsWith(after)) return null;
  const end = text.length - after.length;
  return start + before.length <= end ? text.slice(start + before.length, end) : null;
}

/**
 * The judged answer, cut out of what the judge was shown (the templates `single-v1` and
 * `single-math-v1`, one turn or two, of github.com/lm-sys/FastChat, fastchat/llm_judge). Null where
 * the transcript does not have that shape, or where an answer holds the marks itself.
 */
export function judgedAnswer(shown: string, turns: readonly string[], turn: number): string | null {
  if (turn === 1) {
    return between(
      shown,
      "[The Start of Assistant's Answer]\n",
      "\n[The End of Assistant's Answer]",
    );
  }
  return between(
    shown,
    `\n\n### User:\n${turns[turn - 1]}\n\n### Assistant A:\n`,
    "\n\n<|The End of Assistant A's Conversation with User|>",
  );
}

function promptsOf(question: Question): Prompt[] {
  return question.turns.map((_, index) => {
    const reference = question.references[index];
    return {
      id: `${question.id}/${index + 1}`,
      // What a model answered before is its own, so a later turn holds the user's turns alone.
      messages: question.turns.slice(0, index + 1).map((content) => ({ role: 'user', content })),
      reference: typeof reference === 'string' ? reference : null,
      grader: null,
      domain: question.category,
      group: question.id,
      difficulty: null,
      split: null,
      metadata: {},
    };
  });
}

/**
 * MT-Bench as RouteLLM keeps it: `question.jsonl` and `judgements.jsonl`, one verdict for each model,
 * question and turn. One prompt a turn (`81/1`, `81/2`), both of a question in one group.
 * @param contaminated the list of questions to drop, by the text of either turn; null to keep all
 */
export async function readMtBench(
  folder: string,
  contaminated: string | null,
): Promise<ImportedOutcomes> {
  const problems = new Problems();
  const all = await readQuestions(join(folder, 'question.jsonl'), problems);
  const dropped = await readContaminated(contaminated);
  const kept = all.filter(({ turns }) => !turns.some((turn) => dropped.has(turn)));
  const questions = new Map(all.map((question) => [question.id, question]));
  const keptIds = new Set(kept.map(({ id }) => id));

  const path = join(folder, 'judgements.jsonl');
  await checkDataFile(path);
  const cells: ImportedCell[] = [];
  const models = new Set<string>();
  const judges = new Set<string>();
  const places = new Map<string, Position>();
  let withoutText = 0;
  for (const { values, position } of await readJsonLines(path, problems)) {
    const { question_id: id, model, turn, score, judge, judgment, user_prompt: shown } = values;
    const question = questions.get(String(id));
    if (question === undefined) {
      problems.add(position, `no question ${quote(id)} in question.jsonl`);
      continue;
    }
    const isTurn = typeof turn === 'number' && question.turns[turn - 1] !== undefined;
    if (typeof model !== 'string' || !isTurn) {
      problems.add(position, `expected "model" (text) and "turn" (1 to ${question.turns.length})`);
      continue;
    }
    if (typeof score !== 'number' || score > SCALE) {
      problems.add(position, `"score" must be a number of at most ${SCALE}, got ${quote(score)}`);
      continue;
    }
    const key = JSON.stringify([id, model, turn]);
    const earlier = places.get(key);
    if (earlier !== undefined) {
      problems.add(
        position,
        `a second verdict on ${model}, question ${question.id}, turn ${turn}; the first is on ${lineOf(earlier)}. Keep one`,
      );
      continue;
    }
    places.set(key, position);
    models.add(model);
    if (!keptIds.has(question.id)) continue;
    if (Array.isArray(judge)) judges.add(String(judge[0]));
    const text = typeof shown === 'string' ? judgedAnswer(shown, question.turns, turn) : null;
    if (text === null) withoutText++;
    // FastChat writes -1 where it found no rating in what the judge said.
    const rated = score >= 1;
    cells.push({
      promptId: `${question.id}/${turn}`,
      model,
      trial: 1,
      score: rated ? score / SCALE : null,
      unscored: rated ? null : NO_RATING,
      cost: null,
      text,
      usage: null,
      latencyMs: null,
      rationale: typeof judgment === 'string' ? judgment : null,
    });
  }
  problems.throwIfAny();
  if (cells.length === 0)
    throw new UserError(`${path}: has no verdicts on any question that is kept`);

  return {
    prompts: kept.flatMap(promptsOf),
    models: [...models].sort(),
    cells,
    scoreScale: SCALE,
    ...(judges.size === 0 ? {} : { judgeModel: [...judges].sort().join(', ') }),
    notes: [
      `scores are the ratings of ${[...judges].sort().join(', ') || 'a judge'} from 1 to ${SCALE}, divided by ${SCALE}`,
      'no costs in the data: cost is the share of calls to the better model',
      ...(contaminated === null ? [] : [contaminationNote(kept.length, all.length, 'questions')]),
      ...(withoutText > 0
        ? [`${withoutText} answers could not be cut out of what the judge was shown`]
        : []),
    ],
  };
}
