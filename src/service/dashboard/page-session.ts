import type { PageStorage, PageWindow } from './page-document.js';

// Runs in the reader's browser: it is inlined as its own text, and so reads nothing but what it is given.

/** An answer that was none. `status` is 0 where nobody answered at all. */
export interface Fault {
  readonly path: string;
  readonly status: number;
  readonly message: string;
}

export type PageSession = ReturnType<typeof pageSession>;

/** Asks the service, with the reader's key, which stands in this tab's session and nowhere else. */
export function pageSession(browser: PageWindow, storage: PageStorage) {
  const NAME = 'switchyard-key';
  const LONGEST_WAIT_MS = 30_000;

  async function ask(method: string, path: string): Promise<unknown> {
    const key = storage.getItem(NAME);
    const fault = (status: number, message: string): Fault => ({ path, status, message });
    let answer: Awaited<ReturnType<PageWindow['fetch']>>;
    try {
      answer = await browser.fetch(path, {
        method,
        headers: key === null ? {} : { authorization: `Bearer ${key}` },
        cache: 'no-store',
        signal: AbortSignal.timeout(LONGEST_WAIT_MS),
      });
    } catch {
      throw fault(0, 'the service does not answer');
    }
    // A service that cannot write its ledger says how it is with a 503.
    const isAnswer = answer.ok || path === '/health';
    const body = await answer.json().catch(() => null);
    if (isAnswer && body !== null) return body;
    const said = (body as { error?: { message?: unknown } } | null)?.error?.message;
    throw fault(answer.status, typeof said === 'string' ? said : 'it gave no reason');
  }

  return {
    get: <Answer>(path: string): Promise<Answer> => ask('GET', path) as Promise<Answer>,
    remove: (path: string): Promise<unknown> => ask('DELETE', path),
    get hasKey(): boolean {
      return storage.getItem(NAME) !== null;
    },
    useKey: (key: string): void => storage.setItem(NAME, key),
    forgetKey: (): void => storage.removeItem(NAME),
  };
}
