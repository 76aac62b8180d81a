import type { ModelApi } from './model-spec.js';

/**
 * The address that each format's paths are added to. OpenAI's base URLs end in `/v1` by custom and
 * its paths leave it out; Anthropic's paths begin with it, so one that a base URL ends in comes off.
 * @param baseUrl null for the maker's own address
 */
export const baseAddress: Readonly<Record<ModelApi, (baseUrl: string | null) => string>> = {
  openai: (baseUrl) => baseUrl ?? 'https://api.openai.com/v1',
  anthropic: (baseUrl) => (baseUrl ?? 'https://api.anthropic.com').replace(/\/v1$/, ''),
};
