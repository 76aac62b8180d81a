import { z } from 'zod';

/** What the complexity of a request is read from; each signal lies in [0, 1]. */
export const COMPLEXITY_SIGNALS = [
  'length',
  'code',
  'reasoning',
  'technical',
  'steps',
  'quantities',
  'constraints',
  'questions',
  'vocabulary',
  'simple',
] as const;
export type ComplexitySignal = (typeof COMPLEXITY_SIGNALS)[number];

const phrases = z.array(z.string().trim().min(1).max(60)).max(200);
const weight = z.number().min(-1).max(1);
const boundary = z.number().min(0).max(1);

/** A complexity heuristic, as data: what it looks for, what each signal weighs, where classes begin. */
export const complexityModelSchema = z.strictObject({
  weights: z.strictObject({
    length: weight,
    code: weight,
    reasoning: weight,
    technical: weight,
    steps: weight,
    quantities: weight,
    constraints: weight,
    questions: weight,
    vocabulary: weight,
    simple: weight,
  }),
  phrases: z.strictObject({
    code: phrases,
    reasoning: phrases,
    technical: phrases,
    steps: phrases,
    constraints: phrases,
    simple: phrases,
  }),
  boundaries: z.strictObject({ moderate: boundary, complex: boundary, reasoning: boundary }),
});
export type ComplexityModel = z.output<typeof complexityModelSchema>;

/** Chosen by reading prompts, not by fitting: a router that uses it spreads its dial on data. */
export const DEFAULT_COMPLEXITY_MODEL: ComplexityModel = {
  weights: {
    length: 0.25,
    code: 0.15,
    reasoning: 0.2,
    technical: 0.1,
    steps: 0.1,
    quantities: 0.15,
    constraints: 0.1,
    questions: 0.05,
    vocabulary: 0.15,
    simple: -0.15,
  },
  phrases: {
    code: [
      ...['function', 'class', 'def', 'return', 'import', 'code', 'python', 'javascript', 'sql'],
      ...['regex', 'compile', 'stack trace', 'bug', 'unit test', 'array', 'loop', 'c++', 'c#'],
    ],
    reasoning: [
      ...['why', 'explain', 'prove', 'proof', 'derive', 'deduce', 'infer', 'justify', 'evaluate'],
      ...['compare', 'analyse', 'analyze', 'trade off', 'step by step', 'reason', 'conclude'],
      ...['how many', 'how much', 'if and only if', 'suppose', 'contradiction', 'optimal', 'plan'],
    ],
    technical: [
      ...['algorithm', 'complexity', 'theorem', 'equation', 'matrix', 'probability', 'integral'],
      ...['derivative', 'database', 'protocol', 'architecture', 'concurrency', 'encryption'],
      ...['statute', 'diagnosis', 'enzyme', 'molecule', 'quantum', 'regression', 'variance'],
    ],
    steps: ['first', 'then', 'next', 'after that', 'finally', 'step', 'steps', 'each', 'both'],
    constraints: [
      ...['must', 'exactly', 'at least', 'at most', 'only', 'without', 'unless', 'except', 'json'],
      ...['format', 'schema', 'valid', 'not more than', 'no more than', 'between'],
    ],
    simple: [
      ...['hello', 'hi', 'thanks', 'thank you', 'define', 'what is', 'who is', 'when was'],
      ...['capital of', 'synonym', 'spell', 'yes or no', 'true or false', 'translate'],
    ],
  },
  boundaries: { moderate: 0.15, complex: 0.3, reasoning: 0.5 },
};
