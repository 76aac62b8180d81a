import type {
  Activity,
  CacheStats,
  CostReport,
  DailyCosts,
  Drift,
  Health,
  Learning,
  ListedOperation,
} from './page-answers.js';
import type { PageWindow } from './page-document.js';
import type { PageElements } from './page-elements.js';
import type { OperationsSection } from './page-operations.js';
import type { RoutingSection } from './page-routing.js';
import type { SavingsSection } from './page-savings.js';
import type { Fault, PageSession } from './page-session.js';
import type { SpendingSection } from './page-spending.js';

// Runs in the reader's browser: it is inlined as its own text, and so reads nothing but what it is given.

export interface DashboardParts {
  readonly elements: PageElements;
  readonly session: PageSession;
  readonly spending: SpendingSection;
  readonly savings: SavingsSection;
  readonly routing: RoutingSection;
  readonly operations: OperationsSection;
}

/** Asks the service every so often and shows what it says, once it knows who asks. */
export function dashboard(browser: PageWindow, parts: DashboardParts): void {
  const REFRESH_MS = 15_000;
  const { elements, session, spending, savings, routing, operations } = parts;
  const { element, find } = elements;
  const { document: page } = browser;
  /** What stands in each section, so that only what changed is drawn anew. */
  const drawn = new Map<string, string>();
  const state = { paused: false, timer: 0, round: 0 };

  function show<Data>(name: string, data: Data, draw: (data: Data) => void): void {
    const text = JSON.stringify(data);
    if (drawn.get(name) === text) return;
    drawn.set(name, text);
    draw(data);
  }

  function askForKey(message: string): void {
    find('#view').hidden = true;
    find('#first-steps').hidden = true;
    find('#faults').hidden = true;
    find('#login').hidden = false;
    find('#login-fault').textContent = message;
    find('#forget-key').hidden = true;
    find('#updated').textContent = '';
    find('#scope').textContent = '';
    find('#key').focus();
  }

  /** Nothing of one reader's is left for the next. */
  function forgetAll(): void {
    session.forgetKey();
    drawn.clear();
    operations.forget();
    for (const place of ['#totals', '#spending-plot', '#spending-table', '#spending-legend']) {
      find(place).replaceChildren();
    }
    for (const place of ['#spending-caption', '#spending-tip', '#savings-table', '#suggestions']) {
      find(place).replaceChildren();
    }
    for (const place of ['#cache', '#learning', '#routing-figures', '#first-steps', '#faults']) {
      find(place).replaceChildren();
    }
  }

  function firstSteps({ models = [], table }: Health): void {
    const model = table == null ? models.find((one) => one !== 'auto') : 'auto';
    const body = JSON.stringify({
      prompt: 'How many moons does Mars have?',
      model: model ?? 'auto',
    });
    const command = [
      `curl ${browser.location.origin}/v1/generate \\`,
      ...(session.hasKey ? [`  -H 'authorization: Bearer YOUR_KEY' \\`] : []),
      `  -H 'content-type: application/json' \\`,
      `  -d '${body.replaceAll("'", "'\\''")}'`,
    ].join('\n');
    find('#first-steps').replaceChildren(
      element('h2', {}, 'Nothing has been asked yet'),
      element('p', {}, 'Send a first request; it shows here within a quarter of a minute.'),
      element('pre', { tabindex: 0 }, element('code', {}, command)),
      element(
        'p',
        { class: 'faint' },
        'The same again is answered from the cache and costs nothing. Any OpenAI or Anthropic SDK works with this address as its base URL.',
      ),
    );
  }

  function tellFaults(faults: readonly Fault[]): void {
    const holder = find('#faults');
    holder.hidden = faults.length === 0;
    show('faults', faults, () =>
      holder.replaceChildren(
        element('strong', {}, 'Not everything here is up to date.'),
        element(
          'ul',
          {},
          ...faults.map(({ path, status, message }) =>
            element(
              'li',
              {},
              `${path.split('?')[0]}: ${status === 0 ? '' : `${status}, `}${message}`,
            ),
          ),
        ),
      ),
    );
  }

  async function read(round: number): Promise<void> {
    const faults: Fault[] = [];
    const get = async <Answer>(path: string): Promise<Answer | null> => {
      try {
        return await session.get<Answer>(path);
      } catch (fault) {
        faults.push(fault as Fault);
        return null;
      }
    };
    const health = await get<Health>('/health');
    // Whoever forgot the key meanwhile, or came with another, is not shown what this one may see.
    if (round !== state.round) return;
    if (health === null) {
      tellFaults(faults);
      return;
    }
    if (health.version === undefined) {
      const message = session.hasKey ? 'This service does not know this key.' : '';
      forgetAll();
      askForKey(message);
      return;
    }
    const daily = await get<DailyCosts>('/v1/costs/daily?days=30');
    if (round !== state.round) return;
    const isAdmin = daily?.tenant === null;
    const since = daily === null ? '' : `&start_date=${daily.start_date}`;
    // It may take seconds, as it looks for savings; the rest need not wait for it.
    const reporting = get<CostReport>(`/v1/costs/report?group_by=day,model${since}`);
    const [activity, cache, latest, drift, learning] = await Promise.all([
      get<Activity>('/v1/activity?days=30'),
      get<CacheStats>('/v1/cache/stats'),
      get<{ operations: readonly ListedOperation[] }>('/v1/operations?limit=200'),
      health.table == null || !isAdmin ? null : get<{ drift: Drift | null }>('/v1/drift'),
      isAdmin ? get<Learning>('/v1/learning') : null,
    ]);
    if (round !== state.round) return;
    if (faults.some(({ status }) => status === 401)) {
      forgetAll();
      askForKey('This service does not know this key any more.');
      return;
    }
    find('#login').hidden = true;
    find('#view').hidden = false;
    find('#forget-key').hidden = !session.hasKey;
    find('#simulated-banner').hidden = !health.simulated;
    if (daily !== null) find('#scope').textContent = isAdmin ? '' : `Figures of ${daily.tenant}`;
    const isFresh = activity?.days.length === 0 && latest?.operations.length === 0;
    find('#first-steps').hidden = !isFresh;
    if (isFresh) show('first', health, firstSteps);
    if (daily !== null && activity !== null) {
      show('totals', { daily, activity }, spending.showTotals);
    }
    if (activity !== null) show('savings', activity, savings.show);
    if (cache !== null) {
      show('cache', { cache, of: health.simulated }, ({ of }) => savings.showCache(cache, of));
    }
    if (latest !== null) {
      const today = daily?.end_date ?? '';
      show('operations', { ...latest, today }, () => operations.show(latest.operations, today));
    }
    show('routing', { table: health.table, drift, isAdmin }, () =>
      routing.show(health, drift?.drift ?? null, isAdmin),
    );
    show('learning', learning, routing.showLearning);
    const report = await reporting;
    if (round !== state.round) return;
    if (daily !== null && report !== null) {
      show('spending', { daily, rows: report.rows }, spending.show);
    }
    if (report !== null) {
      const { suggestions, notes } = report;
      show('suggestions', { suggestions, notes }, savings.showSuggestions);
    }
    tellFaults(faults);
    const now = new Date();
    const two = (part: number): string => String(part).padStart(2, '0');
    find('#updated').textContent =
      `updated ${[now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(':')}`;
  }

  async function refresh(): Promise<void> {
    browser.clearTimeout(state.timer);
    const round = ++state.round;
    try {
      await read(round);
    } catch (error) {
      tellFaults([{ path: 'this page', status: 0, message: String(error) }]);
    }
    if (round !== state.round || state.paused || !find('#login').hidden) return;
    state.timer = browser.setTimeout(next, REFRESH_MS);
  }

  /** A page that nobody looks at asks nothing. */
  function next(): void {
    if (!page.hidden) void refresh();
  }

  const pause = find('#pause');
  pause.addEventListener('click', () => {
    state.paused = !state.paused;
    pause.setAttribute('aria-pressed', String(state.paused));
    pause.textContent = state.paused ? 'Resume' : 'Pause';
    if (state.paused) browser.clearTimeout(state.timer);
    else void refresh();
  });
  page.addEventListener('visibilitychange', () => {
    if (!page.hidden && !state.paused && find('#login').hidden) void refresh();
  });
  find('#login-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const key = find('#key');
    const given = key.value.trim();
    if (given === '') return;
    key.value = '';
    // A header holds no other characters, and no key has them.
    if (!/^[\x21-\x7e]+$/.test(given)) {
      askForKey('This is no key: keys have no spaces and no special letters.');
      return;
    }
    session.useKey(given);
    void refresh();
  });
  find('#forget-key').addEventListener('click', () => {
    state.round++;
    browser.clearTimeout(state.timer);
    forgetAll();
    askForKey('');
  });
  const theme = find('#theme');
  const isDark = (): boolean =>
    (page.documentElement.dataset.theme ??
      (browser.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
  const nameTheme = (): void => {
    theme.textContent = isDark() ? 'Light' : 'Dark';
  };
  theme.addEventListener('click', () => {
    page.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
    nameTheme();
  });
  nameTheme();
  void refresh();
}
