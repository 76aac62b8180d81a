import { z } from 'zod';
import { compressionDocument } from '../compression/index.js';
import { amount, integer, listOf, mapping, slug, text } from '../documents/index.js';
import { embeddingsEntry } from '../features/index.js';
import { connectionKeys, MODEL_EXPECTED, MODEL_ID, timeoutSeconds } from '../models/index.js';
import { importFormats } from '../outcomes/index.js';

/** The experiment file as written. */

const IMPORT_FORMATS = importFormats.map(({ name }) => name);

/** Members of a request body that the program sets itself. */
const OWN_MEMBERS = [
  'model',
  'messages',
  'system',
  'stream',
  'n',
  'temperature',
  'max_tokens',
  'max_completion_tokens',
  'top_p',
  'seed',
  'stop',
  'stop_sequences',
  'response_format',
];

const modelId = z
  .string({ error: MODEL_EXPECTED })
  .regex(new RegExp(`${MODEL_ID.source}|^recorded\\/\\*$`), { error: MODEL_EXPECTED });

const filter = mapping('a mapping with domain, split or ids', {
  domain: listOf(text('a domain'), 'a list of domains')
    .describe('Only prompts of these kinds of work.')
    .optional(),
  split: listOf(text('a split'), 'a list of splits')
    .describe('Only prompts published on these sides, such as "test".')
    .optional(),
  ids: listOf(text('a prompt id'), 'a list of prompt ids')
    .describe('Only these prompts.')
    .optional(),
}).describe('Which prompts to take; all conditions must hold.');

const PATH_EXPECTED = 'a path';
const path = text(PATH_EXPECTED).describe(
  `File or folder, relative to this file. \${SWITCHYARD_…} stands for that environment variable.`,
);
const DATASET_EXPECTED = 'a path, a mapping with path, or a list of these';
const datasetMapping = mapping('a path or a mapping with path', {
  path,
  import: z
    .enum(IMPORT_FORMATS, { error: `one of ${IMPORT_FORMATS.join(', ')}` })
    .describe(
      'The path holds recorded outcomes of this format: prompts, and the answers of `recorded/…` models.',
    )
    .optional(),
  filter: filter.optional(),
  limit: integer(1, 10_000_000)
    .describe('Only the first so many prompts that pass the filter.')
    .optional(),
});
const datasetEntry = z.union([path, datasetMapping], { error: 'a path or a mapping with path' });
const dataset = z
  .union([path, datasetMapping, listOf(datasetEntry, DATASET_EXPECTED)], {
    error: DATASET_EXPECTED,
  })
  .describe('Where the prompts are: JSONL, CSV or Parquet, or recorded outcomes with `import`.');

const extra = z
  .record(z.string(), z.json(), { error: 'a mapping' })
  .superRefine((members, context) => {
    for (const member of Object.keys(members)) {
      if (OWN_MEMBERS.includes(member)) {
        const message = 'nothing of that name in extra, as the program sets it itself';
        context.addIssue({ code: 'custom', path: [member], message });
      }
    }
  })
  .describe('Further members of the request body, sent as they are.');

const STOP_EXPECTED = 'a text or a list of at most 8 texts at which an answer stops';
const parameters = mapping('a mapping of parameters', {
  temperature: amount('a temperature', 2).describe('From 0 to 2.').optional(),
  max_tokens: integer(1, 1_000_000)
    .describe('Most tokens of an answer; the budget reserves for that many. Default 1024.')
    .optional(),
  top_p: amount('a share of probability', 1).describe('From 0 to 1.').optional(),
  seed: integer(0, 2_147_483_647)
    .describe('Seed sent to the provider, where it takes one.')
    .optional(),
  stop: z
    .union(
      [text(STOP_EXPECTED), listOf(text(STOP_EXPECTED), STOP_EXPECTED).max(8, STOP_EXPECTED)],
      {
        error: STOP_EXPECTED,
      },
    )
    .describe('Texts at which an answer stops.')
    .optional(),
  extra: extra.optional(),
});

const rateLimits = mapping('a mapping of rate limits', {
  requests_per_minute: integer(1, 10_000_000).describe('Requests per minute.').optional(),
  tokens_per_minute: integer(1, 1_000_000_000)
    .describe('Tokens per minute, in and out.')
    .optional(),
  max_concurrency: integer(1, 10_000).describe('Calls in flight at once.').optional(),
}).describe('What the provider allows; the program slows down to it.');

/** In the order in which a problem report lists them. */
const connection = {
  ...connectionKeys,
  parameters: parameters
    .describe("Parameters of this model's requests, over the file's.")
    .optional(),
  rate_limits: rateLimits.optional(),
  timeout_seconds: timeoutSeconds,
};

const MODEL_ENTRY_EXPECTED = 'a model as "provider/name" or a mapping with id';
export const modelMapping = mapping(MODEL_ENTRY_EXPECTED, {
  id: modelId.describe('The model as provider/name.'),
  ...connection,
});
export const modelEntry = z.union([modelId, modelMapping], { error: MODEL_ENTRY_EXPECTED });

const JUDGE_EXPECTED = '"grader", "recorded" or a mapping with id and model';
export const judgeMapping = mapping(JUDGE_EXPECTED, {
  id: slug
    .refine((id) => id !== 'grader' && id !== 'recorded', {
      error: 'a name other than grader and recorded, which are judges without a model',
    })
    .describe('Name of the judge.'),
  model: modelId.describe('The judging model as provider/name.'),
  rubric: text('the name of a rubric')
    .describe('What it judges by. Default: correctness.')
    .optional(),
  repeats: integer(1, 100).describe('Verdicts asked for per answer. Default 1.').optional(),
  ...connection,
  parameters: parameters.describe('Over temperature 0 and max_tokens 512.').optional(),
});
const judgeEntry = z.union(
  [z.enum(['grader', 'recorded'], { error: JUDGE_EXPECTED }), judgeMapping],
  { error: JUDGE_EXPECTED },
);

const ROUTER_EXPECTED = 'the id of a router, or a mapping with id and its settings, or with file';
const SETTINGS_EXPECTED = 'a mapping of settings';
const routerEntry = z.union(
  [
    text(ROUTER_EXPECTED),
    z
      .object(
        {
          id: text('the id of a router').describe('Id of the router.').optional(),
          router: text('the id of a router').describe('The same as id.').optional(),
          file: text('the path of a JavaScript module')
            .describe(
              'A router of your own: a module that exports it as default, relative to this file.',
            )
            .optional(),
        },
        { error: ROUTER_EXPECTED },
      )
      .catchall(z.json())
      .superRefine(({ id, router, file, ...settings }, context) => {
        const names = [id, router, file].filter((name) => name !== undefined);
        if (names.length !== 1) {
          const message = 'the id of a router under "id" or "router", or its "file", one of them';
          context.addIssue({ code: 'custom', path: [], message });
        }
        if (file === undefined) return;
        for (const [key, value] of Object.entries(settings)) {
          const holds = typeof value === 'object' && value !== null && !Array.isArray(value);
          if (key === 'settings' && holds) continue;
          const message =
            key === 'settings' ? SETTINGS_EXPECTED : 'nothing but settings beside file';
          context.addIssue({ code: 'custom', path: [key], message });
        }
      }),
  ],
  { error: ROUTER_EXPECTED },
);

export const experimentDocument = mapping('a mapping of keys such as name, dataset and models', {
  name: slug.describe('Name of the experiment; its runs are found by it.'),
  description: z.string({ error: 'a text' }).describe('What it is for, in a sentence.').optional(),
  dataset,
  models: listOf(modelEntry, 'a list of at least one model').describe(
    'The models to compare. recorded/* means every model of an imported dataset.',
  ),
  parameters: parameters
    .describe('Parameters of every model that does not set its own.')
    .optional(),
  compress: listOf(compressionDocument, 'a list of compressions')
    .describe(
      'Compressions to measure with every model, beside the prompts as they are (none, which is always measured).',
    )
    .optional(),
  judges: listOf(judgeEntry, 'a list of at least one judge')
    .describe('Who scores the answers. Default: grader, or recorded for an imported dataset.')
    .optional(),
  judge: text('the id of a judge of this file')
    .describe('The judge that a comparison uses. Default: the first.')
    .optional(),
  trials: integer(1, 1_000)
    .describe('Independent answers per prompt and model. Default 1.')
    .optional(),
  seed: integer(0, 2_147_483_647).describe('Seed of everything random. Default 1.').optional(),
  budget_usd: amount('US dollars')
    .describe('Most that a run may spend, in US dollars. Default: no cap.')
    .optional(),
  max_concurrency: integer(1, 10_000).describe('Calls in flight over all models.').optional(),
  routers: listOf(routerEntry, 'a list of at least one router')
    .describe('The routers to fit and compare, each with its settings.')
    .optional(),
  embeddings: embeddingsEntry
    .describe(
      'Where embeddings of prompts come from, for routers whose setting `features` asks for them: "local" computes them here.',
    )
    .optional(),
  compare: mapping('a mapping with margin or split_seed', {
    margin: amount('a loss of quality', 1)
      .describe('Loss of mean quality that still counts as none. Default 0.01.')
      .optional(),
    split_seed: integer(0, 2_147_483_647)
      .describe('Seed of the split into fit, tune and test. Default 1.')
      .optional(),
  })
    .describe('How policies are compared.')
    .optional(),
});

export type ExperimentDocument = z.output<typeof experimentDocument>;
export type DatasetDocument = Exclude<ExperimentDocument['dataset'], readonly unknown[]>;
export type ModelDocument = z.output<typeof modelEntry>;
export type JudgeDocument = z.output<typeof judgeEntry>;
export type RouterDocument = z.output<typeof routerEntry>;
export type ParametersDocument = z.output<typeof parameters>;
