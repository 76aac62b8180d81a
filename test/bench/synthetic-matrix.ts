import type { Prompt } from '../../src/datasets/index.js';
import { CELL, type OutcomeMatrix } from '../../src/outcomes/index.js';
import { createRng, type Rng } from '../../src/statistics/index.js';

/** Dollars for a million input and output tokens, and skill on the scale of difficulty: as RouterBench's eleven, from cheap to dear. */
const MODELS = [
  { name: 'lab/a-7b', input: 0.2, output: 0.2, skill: -0.2 },
  { name: 'lab/b-13b', input: 0.3, output: 0.3, skill: -0.5 },
  { name: 'lab/c-8x7b', input: 0.6, output: 0.6, skill: 0.7 },
  { name: 'lab/d-34b', input: 0.776, output: 0.776, skill: -0.7 },
  { name: 'lab/e-34b', input: 0.8, output: 0.8, skill: 1.0 },
  { name: 'lab/f-70b', input: 0.9, output: 0.9, skill: 0.1 },
  { name: 'lab/g-small', input: 1, output: 2, skill: 0.9 },
  { name: 'lab/h-instant', input: 0.8, output: 2.4, skill: 0.6 },
  { name: 'lab/i-one', input: 8, output: 24, skill: 0.7 },
  { name: 'lab/j-two', input: 8, output: 24, skill: 0.8 },
  { name: 'lab/k-large', input: 10, output: 30, skill: 2.1 },
] as const;

const DOMAINS = 24;
/** Words that only prompts of one domain use, words that all use, and words that tell difficulty. */
const DOMAIN_WORDS = 120;
const SHARED_WORDS = 1500;
const HARD_WORDS = 60;
/** Every so many prompts, one repeats the one before but for two words. */
const TWIN_EVERY = 20;

/**
 * Outcomes that look like RouterBench's where it matters for speed: its size by default, prompts of
 * about 60 words from 24 domains with vocabularies of their own, a few near-duplicates, eleven models
 * with its prices, and short answers stored. A model is right with the probability
 * sigmoid(skill + its leaning to the domain − difficulty); a harder prompt has more of the words that
 * tell difficulty, and wrong answers hedge more often, so there is something to learn from both texts.
 * @param models how many of the eleven, evenly spread over their prices
 */
export function syntheticMatrix(prompts: number, models: number = MODELS.length): OutcomeMatrix {
  const chosen = Array.from(
    { length: models },
    (_, i) => MODELS[Math.round((i * (MODELS.length - 1)) / Math.max(1, models - 1))]!,
  );
  const rng = createRng('synthetic matrix', prompts);
  const vocabulary = makeVocabulary(createRng('vocabulary'));
  const leaning = Array.from({ length: DOMAINS }, (_, domain) =>
    MODELS.map((_, m) => 0.9 * createRng('leaning', domain, m).normal()),
  );
  const cells = prompts * models;
  const score = new Float64Array(cells);
  const cost = new Float64Array(cells);
  const latency = new Float64Array(cells);
  const text: string[] = [];
  const list: Prompt[] = [];
  let before: Drawn | null = null;
  for (let p = 0; p < prompts; p++) {
    const drawn: Drawn =
      before !== null && p % TWIN_EVERY === 0
        ? twinOf(before, vocabulary, rng)
        : drawPrompt(vocabulary, rng);
    before = drawn;
    const { words, domain, difficulty } = drawn;
    list.push(promptOf(p, words.join(' '), domain, difficulty));
    chosen.forEach((model, m) => {
      const cell = p * models + m;
      const logit = 1.5 * (model.skill + leaning[domain]![MODELS.indexOf(model)]! - difficulty);
      const right = rng.next() < 1 / (1 + Math.exp(-logit));
      const answer = answerText(vocabulary, domain, right, rng);
      const [input, output] = [1.3 * words.length, answer.length / 4 + 40 * rng.next()];
      score[cell] = right ? 1 : 0;
      cost[cell] = (model.input * input + model.output * output) / 1e6;
      latency[cell] = 200 + 10 * output;
      text.push(answer);
    });
  }
  return {
    prompts: list,
    models: chosen.map(({ name }) => name),
    trials: 1,
    state: new Uint8Array(cells).fill(CELL.scored),
    score,
    cost,
    latency,
    text,
    costBasis: 'usd',
  };
}

interface Drawn {
  readonly words: readonly string[];
  readonly domain: number;
  readonly difficulty: number;
}

interface Vocabulary {
  readonly domains: readonly (readonly string[])[];
  readonly shared: readonly string[];
  readonly hard: readonly string[];
}

function makeVocabulary(rng: Rng): Vocabulary {
  const words = (count: number): string[] => Array.from({ length: count }, () => word(rng));
  return {
    domains: Array.from({ length: DOMAINS }, () => words(DOMAIN_WORDS)),
    shared: words(SHARED_WORDS),
    hard: words(HARD_WORDS),
  };
}

/** Three to nine letters, consonants and vowels in turn. */
function word(rng: Rng): string {
  return Array.from({ length: 3 + rng.below(7) }, (_, i) => {
    const letters = i % 2 === 0 ? 'bcdfghklmnprstvw' : 'aeiou';
    return letters[rng.below(letters.length)];
  }).join('');
}

function pick(words: readonly string[], rng: Rng): string {
  // Squared, so that some words are much more frequent than others, as in any language.
  return words[Math.floor(words.length * rng.next() ** 2)]!;
}

function drawPrompt({ domains, shared, hard }: Vocabulary, rng: Rng): Drawn {
  const domain = rng.below(DOMAINS);
  const difficulty = rng.normal();
  const hardShare = 0.12 / (1 + Math.exp(-2 * difficulty));
  const words = Array.from({ length: 40 + rng.below(41) }, () => {
    const kind = rng.next();
    if (kind < hardShare) return pick(hard, rng);
    return kind < 0.4 ? pick(domains[domain]!, rng) : pick(shared, rng);
  });
  return { words, domain, difficulty };
}

function twinOf(of: Drawn, { shared }: Vocabulary, rng: Rng): Drawn {
  const words = [...of.words];
  for (let change = 0; change < 2; change++) words[rng.below(words.length)] = pick(shared, rng);
  return { ...of, words };
}

function answerText(
  { domains, shared }: Vocabulary,
  domain: number,
  right: boolean,
  rng: Rng,
): string {
  const hedged = rng.next() < (right ? 0.15 : 0.5);
  const words = Array.from({ length: 3 + rng.below(6) }, () => pick(domains[domain]!, rng));
  return `${hedged ? 'I am not sure, perhaps ' : 'The answer is '}${words.join(' ')}, ${pick(shared, rng)}.`;
}

function promptOf(index: number, content: string, domain: number, difficulty: number): Prompt {
  return {
    id: `p${index}`,
    messages: [{ role: 'user', content }],
    reference: null,
    grader: null,
    domain: `domain-${domain}`,
    group: null,
    difficulty,
    split: null,
    metadata: {},
  };
}
