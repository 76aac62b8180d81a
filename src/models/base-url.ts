import { UserError } from '../user-error.js';

/**
 * A base URL without trailing slashes.
 * @throws UserError if it is no http(s) URL, or holds a user, password, query or fragment: those
 * would be stored with every outcome.
 */
export function checkBaseUrl(model: string, baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new UserError(
      `Model "${model}": base_url "${baseUrl}" is no http or https address; write it like "http://127.0.0.1:8000/v1"`,
    );
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new UserError(
      `Model "${model}": base_url of ${url.host} holds a user, password, query or fragment; leave only the address and name the key's variable in api_key_env`,
    );
  }
  return baseUrl.replace(/\/+$/, '');
}
