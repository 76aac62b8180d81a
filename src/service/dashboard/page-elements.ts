import type { PageDocument, PageElement } from './page-document.js';

// Runs in the reader's browser: it is inlined as its own text, and so reads nothing but what it is given.

export type Attributes = Readonly<Record<string, string | number>>;
type Child = PageElement | string;

export type PageElements = ReturnType<typeof pageElements>;

/** Makes elements whose texts are texts, whoever wrote them: nothing here reads HTML. */
export function pageElements(page: PageDocument) {
  const dress = (made: PageElement, attributes: Attributes, children: readonly Child[]) => {
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
    made.append(...children);
    return made;
  };
  const element = (name: string, attributes: Attributes, ...children: Child[]): PageElement =>
    dress(page.createElement(name), attributes, children);
  const svg = (name: string, attributes: Attributes, ...children: Child[]): PageElement =>
    dress(page.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
  const find = (selector: string): PageElement => {
    const found = page.querySelector(selector);
    if (found === null) throw new Error(`The page has no ${selector}`);
    return found;
  };
  /** A cell is text, or an element with more in it. The first one of a row is its head. */
  const table = (caption: string, heads: readonly string[], rows: readonly (readonly Child[])[]) =>
    element(
      'table',
      {},
      element('caption', {}, caption),
      element(
        'thead',
        {},
        element('tr', {}, ...heads.map((head) => element('th', { scope: 'col' }, head))),
      ),
      element(
        'tbody',
        {},
        ...rows.map((row) =>
          element(
            'tr',
            {},
            ...row.map((cell, at) =>
              at === 0 ? element('th', { scope: 'row' }, cell) : element('td', {}, cell),
            ),
          ),
        ),
      ),
    );
  /** Names and values. */
  const list = (pairs: readonly (readonly [string, Child])[]): PageElement =>
    element(
      'dl',
      {},
      ...pairs.map(([name, value]) =>
        element('div', {}, element('dt', {}, name), element('dd', {}, value)),
      ),
    );
  const simulated = (): PageElement => element('span', { class: 'simulated' }, 'SIMULATED');
  const faint = (text: string): PageElement => element('p', { class: 'faint' }, text);
  return { element, svg, find, table, list, simulated, faint };
}
