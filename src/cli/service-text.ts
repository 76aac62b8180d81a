import { relative } from 'node:path';
import type { ServiceSettings } from '../service/index.js';
import type { RoutingTable } from '../tables/index.js';
import type { Io } from './io.js';
import type { OpenedService } from './open-service.js';

/**
 * Tells what is served and where: the address on stdout, the rest on stderr. With `--json` one object
 * on stdout, and on stderr nothing but lines of the log.
 */
export function announce(
  service: OpenedService,
  settings: ServiceSettings,
  args: { readonly json: boolean; readonly quiet: boolean; readonly logLevel: string },
  io: Io,
): void {
  if (args.json) {
    const facts = factsOf(service, settings);
    io.out(`${JSON.stringify(facts)}\n`);
    for (const warning of settings.warnings) service.log('warn', warning);
    service.log('info', 'serving', facts);
    return;
  }
  io.out(`${service.url}\n`);
  if (args.logLevel !== 'error') {
    for (const warning of settings.warnings) io.err(`warning: ${warning}\n`);
  }
  if (!args.quiet) io.err(`${textOf(service, settings, io)}\n`);
}

/** Tells that it was asked to end. */
export function announceEnd(
  service: OpenedService,
  args: { readonly json: boolean; readonly quiet: boolean },
  io: Io,
): void {
  if (args.json) service.log('info', 'finishing what is under way');
  else if (!args.quiet) io.err('Finishing what is under way; once more to end at once.\n');
}

function factsOf({ url, port, models, tableHash }: OpenedService, settings: ServiceSettings) {
  const { config, table } = settings;
  return {
    url,
    port,
    pid: process.pid,
    models: models.map(({ id }) => id),
    table:
      table === null
        ? null
        : {
            path: config.table,
            name: table.name,
            policy: table.policy.id,
            sha256: tableHash,
            simulated: table.simulated,
            verdict: table.provenance.verdict,
          },
    ledger: config.ledger,
    simulated: models.every(({ simulated }) => simulated),
  };
}

function textOf(service: OpenedService, { config, table }: ServiceSettings, io: Io): string {
  const { url, models } = service;
  const shown = (path: string): string => {
    const near = relative(io.cwd, path);
    return near.startsWith('..') ? path : near;
  };
  const names = models.map(({ id }) => id).join(', ');
  const tenants = config.tenants.map(({ id }) => id).join(', ');
  return `Serving at ${url} (requests are described at ${url}/openapi.json)
  models   ${names}${simulatedText(models)}
  table    ${table === null ? 'none: requests name their model' : tableText(table, shown(config.table ?? ''))}
  tenants  ${tenants === '' ? 'none: anybody on this machine' : tenants}
  cache    ${cacheText(config.cache)}
  ledger   ${shown(config.ledger)}${config.storePrompts ? ', with the texts of requests and answers' : ''}
OpenAI SDK: base_url ${url}/v1   Anthropic SDK: base_url ${url}
Next: ${curl(service, config.tenants.length > 0, table)}`;
}

function cacheText({ enabled, ttlSeconds, semantic }: ServiceSettings['config']['cache']): string {
  if (!enabled) return 'off';
  const exact = `exact, ${ttlSeconds} s`;
  if (semantic === undefined) return exact;
  const ground = semantic.calibration === null ? 'not calibrated' : 'calibrated';
  return `${exact}; similar requests too, from a cosine of ${semantic.threshold} on (${ground}), ${semantic.ttlSeconds} s`;
}

/** Says which, where others are not. */
function simulatedText(models: OpenedService['models']): string {
  const simulated = models.filter((one) => one.simulated);
  if (simulated.length === 0) return '';
  const which =
    simulated.length === models.length
      ? 'SIMULATED models'
      : `SIMULATED: ${simulated.map(({ id }) => id).join(', ')}`;
  return `\n           ${which}: what they say is made up, and costs nothing`;
}

function tableText({ policy, provenance, simulated }: RoutingTable, path: string): string {
  const label = simulated ? ' (fitted on SIMULATED outcomes)' : '';
  return `${path}: "auto" is decided by ${policy.id}${label}\n           ${provenance.verdict}`;
}

function curl({ url, models }: OpenedService, keyed: boolean, table: RoutingTable | null): string {
  const body = JSON.stringify({
    prompt: 'How many moons does Mars have?',
    ...(table === null ? { model: models[0]?.id } : {}),
    ...(table?.needs.domain ? { domain: 'NAME' } : {}),
  });
  const key = keyed ? " -H 'authorization: Bearer KEY'" : '';
  return `curl ${url}/v1/generate -H 'content-type: application/json'${key} -d '${body}'`;
}
