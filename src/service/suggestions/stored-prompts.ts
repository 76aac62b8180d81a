import type { Message } from '../../wire/index.js';
import type { AnsweredPrompt } from './suggestion-rows.js';

/** Prompts that one suggestion is computed from, at most. */
export const MOST_PROMPTS = 2000;

/** Of the messages of a prompt as JSON: a sample of the longest would be as large as the ledger. */
export const MOST_CHARACTERS = 50_000;

/** The ledger holds what `textMessages` gave, with these very roles. */
export const rolesOf = (messages: AnsweredPrompt['messages']): readonly Message[] =>
  messages.map(({ role, content }) => ({ role: role as Message['role'], content }));
