import { UserError } from '../user-error.js';

/** Sent where an address of the user's own asks for no key; the SDKs insist on some value. */
export const NO_KEY = 'none';
const KEY_VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*_API_KEY$/;

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The key for a model, from the environment that was handed in.
 * A maker's default variable is used for the maker's own address only: with a custom `base_url` a
 * key is sent only if the experiment names its variable, and never one of the makers' default ones.
 * @param options.makerVariable the default variable of the maker whose address it is; null where it
 * is no maker's
 * @param options.makerVariables the default variables of all makers
 * @throws UserError naming the variable, the model and the mend
 */
export function apiKeyFor(options: {
  readonly model: string;
  readonly baseUrl: string | null;
  readonly apiKeyEnv: string | null;
  readonly makerVariable: string | null;
  readonly makerVariables: readonly string[];
  readonly env: Environment;
}): string {
  const { model, baseUrl, apiKeyEnv } = options;
  if (apiKeyEnv !== null && !KEY_VARIABLE.test(apiKeyEnv)) {
    throw new UserError(
      `Model "${model}": api_key_env "${apiKeyEnv}" is no variable that may hold a key; rename it so that it ends in _API_KEY`,
    );
  }
  const own = baseUrl === null ? options.makerVariable : null;
  if (apiKeyEnv !== null && apiKeyEnv !== own && options.makerVariables.includes(apiKeyEnv)) {
    throw new UserError(
      `Model "${model}": api_key_env "${apiKeyEnv}" is kept for its maker's own address and is not sent to ${baseUrl ?? 'another maker'}; put that server's key into a variable of its own, such as MY_API_KEY`,
    );
  }
  const variable = apiKeyEnv ?? own;
  if (variable === null) return NO_KEY;
  const key = options.env[variable]?.trim();
  if (!key) {
    throw new UserError(
      `Model "${model}" needs the environment variable ${variable}, which is not set; set it with: export ${variable}=…, or put it into the file given with --env-file`,
    );
  }
  // A header cannot hold it, and the error of the HTTP library would quote it.
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new UserError(
      `Model "${model}": the environment variable ${variable} holds white space or characters that no key has; set it to the key alone`,
    );
  }
  return key;
}
