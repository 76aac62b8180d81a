/** What stands on the dashboard before there is data. */
export const PAGE_MARKUP = `
<a class="skip" href="#main">Skip to the figures</a>
<div id="simulated-banner" class="banner" role="note" hidden>SIMULATED: every model of this service is simulated. Nobody spent this money, and no answer is evidence.</div>
<header>
<h1><svg viewBox="0 0 24 24" width="26" height="26" aria-hidden="true"><path d="M2 17h20M4 17c8 0 7-10 18-10"/></svg>Switchyard <span class="faint">cost service</span></h1>
<p id="scope" class="faint"></p>
<p id="updated" class="faint"></p>
<div class="controls">
<button type="button" id="pause" aria-pressed="false" title="It asks every 15 seconds">Pause</button>
<button type="button" id="theme" title="Light or dark">Dark</button>
<button type="button" id="forget-key" hidden>Forget key</button>
</div>
</header>
<div id="faults" class="alarm" role="alert" hidden></div>
<main id="main" tabindex="-1">
<section id="login" hidden aria-labelledby="login-title">
<h2 id="login-title">Whose figures?</h2>
<p>This service has keys. An administrator's shows everybody's figures, any other only those of its own tenant.</p>
<form id="login-form">
<label for="key">Key</label>
<input id="key" type="password" autocomplete="off" spellcheck="false" required>
<button type="submit">Show</button>
</form>
<p id="login-fault" class="bad" role="alert"></p>
<p class="faint">It stays in this tab until the tab is closed, and goes nowhere but to this service.</p>
</section>
<section id="first-steps" hidden></section>
<div id="view" hidden>
<div id="totals" class="tiles"></div>
<section id="spending" aria-labelledby="spending-title">
<div class="titled">
<h2 id="spending-title">Spending by day and model</h2>
<div class="controls">
<div class="choice" role="group" aria-label="Which money"><button type="button" data-origin="live" aria-pressed="true">Live</button><button type="button" data-origin="simulated" aria-pressed="false">Simulated</button></div>
<div class="choice" role="group" aria-label="How many days"><button type="button" data-days="7" aria-pressed="false">7 days</button><button type="button" data-days="30" aria-pressed="true">30 days</button></div>
</div>
</div>
<figure>
<figcaption id="spending-caption" class="faint">Adding up…</figcaption>
<div class="stage"><div id="spending-plot"></div><div id="spending-tip" aria-live="polite" hidden></div></div>
<ul id="spending-legend" class="legend"></ul>
</figure>
<details><summary>The same as a table</summary><div id="spending-table" class="scroll" role="region" aria-label="Spending by day and model" tabindex="0"></div></details>
</section>
<div class="columns">
<section aria-labelledby="savings-title">
<h2 id="savings-title">Savings by technique</h2>
<div id="savings-table"></div>
<h3>What the optimisation report suggests</h3>
<div id="suggestions"></div>
</section>
<div>
<section aria-labelledby="cache-title">
<h2 id="cache-title">Cache</h2>
<div id="cache"></div>
</section>
<section aria-labelledby="learning-title">
<h2 id="learning-title">Learning</h2>
<div id="learning"></div>
</section>
</div>
</div>
<section aria-labelledby="routing-title">
<h2 id="routing-title">Routing against expectation</h2>
<div id="routing-figures"></div>
</section>
<section aria-labelledby="operations-title">
<div class="titled">
<h2 id="operations-title">Recent operations</h2>
<div class="controls filters">
<label>Tenant <select id="filter-tenant"></select></label>
<label>Model <select id="filter-model"></select></label>
<label>Outcome <select id="filter-status"><option value="">all</option><option value="answered">answered</option><option value="failed">failed</option><option value="hit">from the cache</option></select></label>
</div>
</div>
<p id="operations-count" class="faint"></p>
<div class="scroll tall" role="region" aria-labelledby="operations-title" tabindex="0">
<table id="operations">
<thead><tr><th scope="col">Time</th><th scope="col">Tenant</th><th scope="col">Model</th><th scope="col">Cause</th><th scope="col">Cache</th><th scope="col" class="number">Similarity</th><th scope="col">Status</th><th scope="col" class="number">Cost</th><th scope="col" class="number">Latency</th></tr></thead>
<tbody></tbody>
</table>
</div>
</section>
</div>
<noscript><p>This page needs JavaScript. Every figure is also at the endpoints that <a href="/openapi.json">/openapi.json</a> describes.</p></noscript>
</main>
<footer class="faint">Days and times of operations are UTC; "updated" is your own clock's. Money is what the ledger holds, simulated money apart.</footer>
<dialog id="operation" aria-labelledby="operation-title">
<div class="titled"><h2 id="operation-title">One operation</h2><button type="button" id="operation-close">Close</button></div>
<div id="operation-body"></div>
</dialog>
`;
