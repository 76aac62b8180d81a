import { type SignalSpec, signalId, signalVersion } from '../features/index.js';
import { UserError } from '../user-error.js';
import type { RoutingTable, SignalDefinition } from './routing-table.js';

/** Where a signal comes from, as a table has it. */
export function definitionOf(spec: SignalSpec): SignalDefinition {
  const { kind, model, baseUrl, apiKeyEnv, price } = spec;
  return {
    id: signalId(spec),
    kind,
    model,
    base_url: baseUrl,
    api_key_env: apiKeyEnv,
    price,
    version: signalVersion(spec),
  };
}

/**
 * The signals that a table's policy needs, ready to be obtained.
 * @throws UserError where this program reads them in another version than the table was fitted with
 */
export function signalsOfTable({ name, signals = [] }: RoutingTable): readonly SignalSpec[] {
  return signals.map(({ id, kind, model, base_url, api_key_env, price, version }) => {
    const spec = { kind, model, baseUrl: base_url, apiKeyEnv: api_key_env, price };
    if (signalId(spec) !== id) {
      throw new UserError(
        `The routing table "${name}" needs the signal "${id}" in version ${version}, and this program reads "${signalId(spec)}": compare and export again`,
      );
    }
    return spec;
  });
}

/** @throws UserError unless a table says where each of the signals it needs comes from */
export function checkDefinitions({ needs, signals = [] }: RoutingTable): void {
  const defined = signals.map(({ id }) => id);
  const lacking = needs.signals?.find((id) => !defined.includes(id));
  if (lacking === undefined) return;
  throw new UserError(
    `\`signals\`: expected a definition of "${lacking}", which the policy needs, got ${JSON.stringify(defined)}`,
  );
}
