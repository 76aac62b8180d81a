import type { ListedOperation } from './page-answers.js';
import type { PageDialog, PageDocument, PageElement } from './page-document.js';
import type { PageElements } from './page-elements.js';
import type { PageFormats } from './page-formats.js';
import type { Fault, PageSession } from './page-session.js';

// Runs in the reader's browser: it is inlined as its own text, and so reads nothing but what it is given.

export type OperationsSection = ReturnType<typeof operationsSection>;

/** The latest operations, which ones of them, and one in full. */
export function operationsSection(
  page: PageDocument,
  elements: PageElements,
  formats: PageFormats,
  session: PageSession,
) {
  const { element, find, table, list, simulated } = elements;
  const { count, exactUsd, fraction, ms, percent, time, usd } = formats;
  const filters = {
    tenant: find('#filter-tenant'),
    model: find('#filter-model'),
    status: find('#filter-status'),
  };
  let operations: readonly ListedOperation[] = [];
  let today = '';

  const modelOf = ({ model }: ListedOperation): string => model ?? 'none answered';
  const isWanted = (one: ListedOperation): boolean => {
    const { tenant, model, status } = filters;
    if (tenant.value !== '' && one.tenant !== tenant.value) return false;
    if (model.value !== '' && modelOf(one) !== model.value) return false;
    if (status.value === 'answered') return one.error === null;
    if (status.value === 'failed') return one.error !== null;
    return status.value !== 'hit' || one.cache === 'hit';
  };

  /** Choices of a filter; the one chosen stays, though it may have none left. */
  function offer(filter: PageElement, all: string, values: readonly string[]): void {
    const { value } = filter;
    const names = [...new Set(value === '' ? values : [...values, value])].sort();
    const option = (name: string, text: string) => element('option', { value: name }, text);
    filter.replaceChildren(option('', all), ...names.map((name) => option(name, name)));
    filter.value = value;
  }

  function row(one: ListedOperation): PageElement {
    const open = element('button', { type: 'button', class: 'link', 'data-id': one.id });
    open.append(time(one.received_at, today));
    const cell = (name: string, ...parts: (PageElement | string)[]) =>
      element('td', { class: name }, ...parts);
    const made = element(
      'tr',
      one.error === null ? {} : { class: 'failed' },
      element('th', { scope: 'row' }, open),
      cell('name', one.tenant),
      cell('name', modelOf(one)),
      cell('', one.cause ?? '–'),
      cell('', one.cache),
      cell('number', one.similarity === null ? '–' : fraction(one.similarity)),
      cell('', one.error === null ? String(one.status) : `${one.status} ${one.error}`),
      cell('number', ...(one.simulated ? [simulated(), ' '] : []), usd(one.cost)),
      cell('number', ms(one.latency_ms)),
    );
    made.addEventListener('click', () => show(one));
    return made;
  }

  function draw(): void {
    const body = find('#operations tbody');
    const focused = page.activeElement?.dataset.id;
    const wanted = operations.filter(isWanted);
    body.replaceChildren(...wanted.map(row));
    find('#operations-count').textContent =
      wanted.length === operations.length
        ? `The latest ${count(operations.length)}, newest first. Times are UTC.`
        : `${count(wanted.length)} of the latest ${count(operations.length)}. Times are UTC.`;
    if (focused === undefined) return;
    for (const button of body.querySelectorAll('button')) {
      if (button.dataset.id === focused) button.focus();
    }
  }

  function stepsOf({ routing }: ListedOperation): PageElement[] {
    if (routing === null) return [];
    const rows = routing.steps.map(({ step, model, propensity, eligible, probabilities }, at) => {
      const chances = eligible.map((name, index) => {
        const chance = probabilities?.[index];
        return chance === undefined ? name : `${name} ${percent(chance)}`;
      });
      return [`${at + 1}. ${step}`, model ?? '–', percent(propensity), chances.join(', ') || '–'];
    });
    const heads = ['Step', 'Model', 'Drawn with', 'Could have been called'];
    return [
      element('h3', {}, 'How it was decided'),
      element('div', { class: 'scroll' }, table('Steps of the policy', heads, rows)),
    ];
  }

  function forgetting({ cache_entry: entry }: ListedOperation): PageElement[] {
    if (entry === null) return [];
    const said = element('p', { role: 'status' });
    const button = element('button', { type: 'button', class: 'danger' }, 'Forget this answer');
    button.addEventListener('click', () => {
      button.disabled = true;
      session
        .remove(`/v1/cache/entries/${encodeURIComponent(entry)}`)
        .then(() => {
          said.textContent = 'Forgotten: the next such request asks a model again.';
        })
        .catch((fault: Fault) => {
          const isGone = fault.status === 404;
          said.textContent = isGone
            ? 'It is gone already: it expired, made room, or was forgotten.'
            : `Not forgotten: ${fault.message}`;
          button.disabled = isGone;
        });
    });
    return [element('div', { class: 'forget' }, button, said)];
  }

  function show(one: ListedOperation): void {
    const dialog = find('#operation') as PageDialog;
    const told = (value: string | null): string => value ?? '–';
    find('#operation-body').replaceChildren(
      list([
        ['operation', element('code', {}, one.id)],
        ['received', `${one.received_at.replace('T', ' ').replace('Z', '')} UTC`],
        ['tenant', one.tenant],
        ['tag', told(one.tag)],
        ['endpoint', `${one.endpoint}${one.streamed ? ', streamed' : ''}`],
        ['asked for', one.requested_model],
        ['answered by', modelOf(one)],
        ['because of', told(one.cause)],
        ['cache', one.cache],
        ['similarity', one.similarity === null ? '–' : one.similarity.toFixed(4)],
        ['status', `${one.status}${one.error === null ? '' : ` ${one.error}`}`],
        ['cost', exactUsd(one.cost) + (one.simulated ? ', SIMULATED: nobody spent it' : '')],
        ...(one.cache === 'hit'
          ? [['saved', exactUsd(one.cache_saving) + (one.simulated ? ', SIMULATED' : '')] as const]
          : []),
        ['first byte', ms(one.first_byte_ms)],
        ['last byte', ms(one.latency_ms)],
        ['tokens removed', count(one.tokens_removed)],
        ['policy', told(one.policy)],
        ...(one.routing === null
          ? []
          : [
              ['domain', told(one.routing.domain)] as const,
              ['table', element('code', {}, one.routing.table.slice(0, 12))] as const,
            ]),
      ]),
      ...stepsOf(one),
      ...forgetting(one),
    );
    dialog.showModal();
  }

  for (const filter of Object.values(filters)) filter.addEventListener('change', draw);
  find('#operation-close').addEventListener('click', () =>
    (find('#operation') as PageDialog).close(),
  );

  return {
    /** @param day today, as the service has it */
    show(latest: readonly ListedOperation[], day: string): void {
      operations = latest;
      today = day;
      offer(
        filters.tenant,
        'all tenants',
        latest.map(({ tenant }) => tenant),
      );
      offer(filters.model, 'all models', latest.map(modelOf));
      draw();
    },
    forget(): void {
      operations = [];
      find('#operation-body').replaceChildren();
      (find('#operation') as PageDialog).close();
      filters.tenant.replaceChildren();
      filters.model.replaceChildren();
      draw();
    },
  };
}
