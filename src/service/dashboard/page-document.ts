// As much of a browser as the dashboard uses: its script is compiled beside the service, which has none.

export interface PageElement {
  textContent: string | null;
  hidden: boolean;
  value: string;
  disabled: boolean;
  scrollLeft: number;
  readonly clientWidth: number;
  readonly dataset: Record<string, string | undefined>;
  readonly style: { left: string; top: string };
  append(...nodes: readonly (PageElement | string)[]): void;
  replaceChildren(...nodes: readonly (PageElement | string)[]): void;
  setAttribute(name: string, value: string): void;
  getAttribute(name: string): string | null;
  addEventListener(type: string, listener: (event: PageEvent) => void): void;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
  getBoundingClientRect(): { left: number; top: number; width: number; height: number };
  focus(): void;
}

export interface PageDialog extends PageElement {
  showModal(): void;
  close(): void;
}

export interface PageEvent {
  readonly key: string;
  readonly clientX: number;
  readonly clientY: number;
  preventDefault(): void;
}

export interface PageDocument {
  readonly documentElement: PageElement;
  readonly activeElement: PageElement | null;
  readonly hidden: boolean;
  querySelector(selector: string): PageElement | null;
  createElement(name: string): PageElement;
  createElementNS(namespace: string, name: string): PageElement;
  addEventListener(type: string, listener: () => void): void;
}

export interface PageStorage {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
  removeItem(name: string): void;
}

export interface PageWindow {
  readonly document: PageDocument;
  readonly location: { readonly origin: string };
  readonly sessionStorage: PageStorage;
  readonly innerWidth: number;
  fetch(path: string, options: PageRequest): Promise<PageResponse>;
  matchMedia(query: string): { readonly matches: boolean };
  setTimeout(work: () => void, ms: number): number;
  clearTimeout(timer: number): void;
  addEventListener(type: string, listener: () => void): void;
}

export interface PageRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly cache: 'no-store';
  readonly signal: AbortSignal;
}

export interface PageResponse {
  readonly ok: boolean;
  readonly status: number;
  json(): Promise<unknown>;
}
