import { didYouMean } from '../did-you-mean.js';
import { canonicalJson } from '../hash.js';
import type { Message } from '../wire/index.js';
import { quote } from './problems.js';
import type { GraderSpec, Prompt } from './prompt.js';
import type { DataRecord } from './records.js';

/** Members of a dataset line; anything else is an error. */
const PROMPT_KEYS = [
  'id',
  'prompt',
  'messages',
  'reference',
  'grader',
  'domain',
  'group',
  'difficulty',
  'split',
  'metadata',
] as const;

const ROLES = ['system', 'user', 'assistant'] as const;
/** Words that other programs use for our roles. */
const ROLE_SYNONYMS: Readonly<Record<string, string>> = {
  human: 'user',
  ai: 'assistant',
  model: 'assistant',
  bot: 'assistant',
  developer: 'system',
};

type Complain = (text: string) => void;
type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
const isRole = (value: unknown): value is Message['role'] => ROLES.some((role) => role === value);

function parseMessages(value: unknown, complain: Complain): readonly Message[] {
  if (!Array.isArray(value)) {
    complain(`"messages" must be a list of {"role", "content"}, got ${quote(value)}`);
    return [];
  }
  if (value.length === 0) {
    complain('"messages" is empty; expected at least one message of role "user"');
    return [];
  }
  const messages: Message[] = [];
  for (const [index, item] of value.entries()) {
    const at = `"messages[${index}]`;
    if (!isObject(item)) {
      complain(`${at}" must be {"role", "content"}, got ${quote(item)}`);
      continue;
    }
    for (const key of Object.keys(item)) {
      if (key !== 'role' && key !== 'content') {
        complain(
          `${at}" has an unknown key ${quote(key)}${didYouMean(key, ['role', 'content'])}; expected "role" and "content"`,
        );
      }
    }
    const { role, content } = item;
    if (typeof content !== 'string' || content === '') {
      complain(`${at}.content" must be a text that is not empty, got ${quote(content)}`);
    } else if (isRole(role)) {
      messages.push({ role, content });
    }
    if (!isRole(role)) {
      const word = String(role);
      const synonym = ROLE_SYNONYMS[word.toLowerCase()];
      complain(
        `${at}.role" must be "system", "user" or "assistant", got ${quote(role)}${synonym === undefined ? didYouMean(word, ROLES) : ` (did you mean "${synonym}"?)`}`,
      );
    }
  }
  if (messages.length === value.length && !messages.some(({ role }) => role === 'user')) {
    complain('"messages" has no message of role "user"');
  }
  return messages;
}

function parseGrader(value: unknown, complain: Complain): GraderSpec | null {
  if (typeof value === 'string') return { name: value, options: {} };
  if (isObject(value) && typeof value.name === 'string' && value.name !== '') {
    const { name, ...options } = value;
    return { name: value.name, options };
  }
  complain(
    `"grader" must be a name or {"name": …, further options}, such as "number" or {"name": "number", "tolerance": 0.01}; got ${quote(value)}`,
  );
  return null;
}

function text(fields: Fields, key: string, complain: Complain): string | null {
  const value = fields[key];
  if (value === undefined || typeof value === 'string') return value ?? null;
  complain(`"${key}" must be a text, got ${quote(value)}`);
  return null;
}

/** References that are data, not text, are kept as canonical JSON, so that a CSV can hold the same. */
function parseReference(value: unknown): string | null {
  if (value === undefined || typeof value === 'string') return value ?? null;
  return canonicalJson(value);
}

/**
 * The fields of a record in the types that JSON Lines have: JSON inside cells parsed, numbers as
 * numbers. Null and empty cells are absent, and so is an empty text in JSON Lines where a member is optional.
 */
function decode({ values, format }: DataRecord, complain: Complain): Fields {
  const fields: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(values)) {
    if (value === null || (value === '' && (format === 'csv' || !['id', 'prompt'].includes(key)))) {
      continue;
    }
    fields[key] = value;
    if (format === 'jsonl' || typeof value !== 'string') continue;
    if (key === 'difficulty') {
      fields[key] = value.trim() === '' ? value : Number(value);
      if (Number.isNaN(fields[key])) fields[key] = value;
    } else if (
      key === 'messages' ||
      key === 'metadata' ||
      (key === 'grader' && value.trimStart().startsWith('{'))
    ) {
      try {
        fields[key] = JSON.parse(value);
      } catch {
        complain(`"${key}" must hold JSON, got ${quote(value)}`);
        delete fields[key];
      }
    }
  }
  return fields;
}

const isKnown = (key: string) => PROMPT_KEYS.some((known) => known === key);

/** One line for each key or column that no prompt has. */
export function unknownKeys({ values, format }: DataRecord): string[] {
  return Object.keys(values)
    .filter((key) => !isKnown(key))
    .map(
      (key) =>
        `unknown ${format === 'jsonl' ? 'key' : 'column'} ${quote(key)}${didYouMean(key, PROMPT_KEYS)}; known are ${PROMPT_KEYS.join(', ')} (anything else goes into "metadata")`,
    );
}

/** True where an unknown key is likely this one misspelt: then that is the problem, not that it is missing. */
const isMisspelt = (record: DataRecord, wanted: string) =>
  Object.keys(record.values).some((key) => !isKnown(key) && didYouMean(key, [wanted]) !== '');

/**
 * One record as a Prompt. Everything wrong with it goes to `complain`; the result is then partial
 * and must not be used.
 */
export function parsePrompt(record: DataRecord, complain: Complain): Prompt {
  for (const line of unknownKeys(record)) complain(line);
  const fields = decode(record, complain);

  let id = '';
  if (typeof fields.id === 'string' && fields.id.trim() !== '') id = fields.id;
  else if (Number.isSafeInteger(fields.id)) id = String(fields.id);
  else if (fields.id === undefined) {
    if (!isMisspelt(record, 'id')) complain('"id" is missing; every prompt needs its own');
  } else complain(`"id" must be a text that is not empty, got ${quote(fields.id)}`);

  let messages: readonly Message[] = [];
  if (fields.prompt !== undefined && fields.messages !== undefined) {
    complain('has both "prompt" and "messages"; give one of them');
  } else if (fields.messages !== undefined) {
    messages = parseMessages(fields.messages, complain);
  } else if (typeof fields.prompt === 'string' && fields.prompt.trim() !== '') {
    messages = [{ role: 'user', content: fields.prompt }];
  } else if (fields.prompt !== undefined) {
    complain(`"prompt" must be a text that is not empty, got ${quote(fields.prompt)}`);
  } else if (!record.values.messages && !isMisspelt(record, 'prompt')) {
    complain('"prompt" (or "messages") is missing');
  }

  let difficulty: number | null = null;
  if (typeof fields.difficulty === 'number') difficulty = fields.difficulty;
  if (
    fields.difficulty !== undefined &&
    !(difficulty !== null && difficulty >= 0 && difficulty <= 1)
  ) {
    complain(`"difficulty" must be a number from 0 to 1, got ${quote(fields.difficulty)}`);
  }

  const metadata = fields.metadata ?? {};
  if (!isObject(metadata)) complain(`"metadata" must be an object, got ${quote(metadata)}`);

  return {
    id,
    messages,
    reference: parseReference(fields.reference),
    grader: fields.grader === undefined ? null : parseGrader(fields.grader, complain),
    domain: text(fields, 'domain', complain),
    group: text(fields, 'group', complain),
    difficulty,
    split: text(fields, 'split', complain),
    metadata: isObject(metadata) ? metadata : {},
  };
}
