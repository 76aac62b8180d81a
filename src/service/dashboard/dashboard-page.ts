import { createHash } from 'node:crypto';
import { stackedBars } from './page-chart.js';
import { pageElements } from './page-elements.js';
import { pageFormats } from './page-formats.js';
import { dashboard } from './page-main.js';
import { PAGE_MARKUP } from './page-markup.js';
import { operationsSection } from './page-operations.js';
import { routingSection } from './page-routing.js';
import { savingsSection } from './page-savings.js';
import { pageSession } from './page-session.js';
import { spendingSection } from './page-spending.js';
import { DASHBOARD_STYLE } from './page-style.js';

/** A page, and what a browser lets it do. */
export interface DashboardPage {
  readonly html: string;
  /** The value of its Content-Security-Policy header. */
  readonly policy: string;
}

/**
 * The dashboard as one page that asks nothing of anyone but the service it comes from. It is the same
 * for everybody and holds no data: that comes afterwards, with the reader's key.
 */
export function dashboardPage(): DashboardPage {
  const script = pageScript();
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Switchyard – cost service</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(ICON)}">
<style>${DASHBOARD_STYLE}</style>
</head>
<body>
${PAGE_MARKUP}
<script>${script}</script>
</body>
</html>
`;
  const policy = [
    "default-src 'none'",
    `script-src ${hashed(script)}`,
    `style-src ${hashed(DASHBOARD_STYLE)}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return { html, policy };
}

const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#2b7fc4" stroke-width="3" stroke-linecap="round"><path d="M3 17h18M5 17c7 0 6-10 16-10"/></svg>';

function pageScript(): string {
  return `(() => {
'use strict';
// Loaders of TypeScript may wrap functions in a call of this, to keep their names.
const __name = (named) => named;
const elements = (${pageElements})(document);
const formats = (${pageFormats})();
const session = (${pageSession})(window, sessionStorage);
const spending = (${spendingSection})(window, elements, formats, (${stackedBars})(elements));
const savings = (${savingsSection})(elements, formats);
const routing = (${routingSection})(elements, formats);
const operations = (${operationsSection})(document, elements, formats, session);
(${dashboard})(window, { elements, session, spending, savings, routing, operations });
})();`;
}

const hashed = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
