import { sha256 } from '../../hash.js';
import type { Message } from '../../wire/index.js';

/** What a simulated model must know of a prompt to be right or plausibly wrong about it. */
export interface AnswerKeyEntry {
  readonly reference: string;
  /** How the answer will be graded, which decides the form it takes. */
  readonly grader: {
    readonly name: string;
    readonly options: Readonly<Record<string, unknown>>;
  };
  /** The kind of work; one without an ability of its own gets the general one. */
  readonly domain: string;
  /** In [0, 1]. */
  readonly difficulty: number;
  /** Plausible wrong answers; may be empty. */
  readonly distractors: readonly string[];
}

/** Where the simulated family learns what a right answer is. */
export interface AnswerKey {
  /** Null for a prompt that is not in the key. */
  find(messages: readonly Message[]): AnswerKeyEntry | null;
}

/** Graders whose wrong answers are made from the reference, so they need no other entry's. */
const SELF_SUFFICIENT = new Set(['number', 'choice', 'json']);
const BORROWED_DISTRACTORS = 4;

/**
 * A key over the given prompts. An entry without distractors borrows references of other entries of
 * its domain and grader, the nearest in order. A prompt is found by the text of all its messages, or
 * by its last user message alone, so that a system prompt put in front of it does not hide it.
 */
export function createAnswerKey(
  entries: readonly (AnswerKeyEntry & { readonly messages: readonly Message[] })[],
): AnswerKey {
  const referencesByPeers = new Map<string, string[]>();
  for (const entry of entries) {
    const references = referencesByPeers.get(peersOf(entry));
    if (references === undefined) referencesByPeers.set(peersOf(entry), [entry.reference]);
    else references.push(entry.reference);
  }
  const byText = new Map<string, AnswerKeyEntry>();
  const positions = new Map<string, number>();
  for (const { messages, ...entry } of entries) {
    const peers = peersOf(entry);
    const position = positions.get(peers) ?? 0;
    positions.set(peers, position + 1);
    const needsDistractors =
      entry.distractors.length === 0 && !SELF_SUFFICIENT.has(entry.grader.name);
    byText.set(textOf(messages), {
      ...entry,
      distractors: needsDistractors
        ? borrow(referencesByPeers.get(peers) ?? [], position)
        : entry.distractors,
    });
  }
  return {
    find(messages) {
      const lastUser = messages.findLast((message) => message.role === 'user');
      return (
        byText.get(textOf(messages)) ??
        (lastUser === undefined ? undefined : byText.get(textOf([lastUser]))) ??
        null
      );
    },
  };
}

/** Identifies a prompt by the roles and texts of its messages: 64 hex digits. */
export function promptHash(messages: readonly Message[]): string {
  return sha256(messages.map(({ role, content }) => `${role}\u0000${content}`).join('\u0000'));
}

function peersOf(entry: AnswerKeyEntry): string {
  return `${entry.domain}\u0000${entry.grader.name}`;
}

function textOf(messages: readonly Message[]): string {
  return messages.map((message) => message.content.trim()).join('\n\n');
}

function borrow(references: readonly string[], position: number): string[] {
  const own = references[position];
  const borrowed = new Set<string>();
  for (let step = 1; step < references.length && borrowed.size < BORROWED_DISTRACTORS; step++) {
    const reference = references[(position + step) % references.length];
    if (reference !== undefined && reference !== own) borrowed.add(reference);
  }
  return [...borrowed];
}
