import type { Catalogue } from '../../costs/index.js';
import { expandPath, type Finding, type PathEnvironment, valueAt } from '../../documents/index.js';
import { sha256 } from '../../hash.js';
import {
  connectionFindings,
  connectionOf,
  type ModelConnection,
  modelId,
} from '../../models/index.js';
import { DEFAULT_LIMITS } from './defaults.js';
import { learningFindings } from './learning-document.js';
import { type ServedModelDocument, servedModel } from './service-document.js';
import { servingProblem } from './serving-problem.js';

export interface DocumentContext {
  readonly file: string;
  readonly env: PathEnvironment;
  readonly catalogue: Catalogue;
  readonly exists: (path: string) => boolean;
}

type Path = Finding['path'];

const at = (path: Path, message: string): Finding => ({ path, part: 'value', message });

/** What the file alone can tell. Passes over whatever has not the right shape. */
export function documentFindings(data: unknown, context: DocumentContext): readonly Finding[] {
  return [
    ...modelFindings(data, context),
    ...tenantFindings(data),
    ...limitFindings(data),
    ...learningFindings(data, context.catalogue),
    ...PATHS.flatMap(([path, exists]) => pathFindings(data, path, exists, context)),
  ];
}

/** Keys that hold a path, and what must be there already. */
const PATHS: readonly (readonly [path: Path, exists: string | null])[] = [
  [['table'], 'a file that exists; write one with "switchyard export"'],
  [['simulated', 'dataset'], 'a file that exists'],
  [['ledger'], null],
  [['snapshots', 'folder'], null],
];

function pathFindings(
  data: unknown,
  path: Path,
  expected: string | null,
  { file, env, exists }: DocumentContext,
): readonly Finding[] {
  const written = valueAt(data, path);
  if (typeof written !== 'string' || written === '') return [];
  const expanded = expandPath(written, file, env);
  if ('problem' in expanded) return [at(path, expanded.problem)];
  if (expected === null || exists(expanded.path)) return [];
  return [at(path, `found ${JSON.stringify(written)}, expected ${expected}`)];
}

function listAt(data: unknown, path: Path): readonly unknown[] {
  const list = valueAt(data, path);
  return Array.isArray(list) ? list : [];
}

function modelFindings(data: unknown, { catalogue }: DocumentContext): readonly Finding[] {
  const seen = new Set<string>();
  return listAt(data, ['models']).flatMap((entry, index) => {
    const whole = ['models', index];
    const path = typeof entry === 'string' ? whole : [...whole, 'id'];
    const id = modelId.safeParse(typeof entry === 'string' ? entry : valueAt(entry, ['id']));
    const findings = [...connectionFindings(entry, whole)];
    if (!id.success) return findings;
    const repeated = seen.has(id.data);
    seen.add(id.data);
    if (repeated) {
      return [...findings, at(path, `found "${id.data}" a second time, expected each model once`)];
    }
    const parsed = servedModel.safeParse(entry);
    const problem = parsed.success ? servingProblem(connectionIn(parsed.data), catalogue) : null;
    return problem === null ? findings : [...findings, at(path, problem)];
  });
}

export function connectionIn(document: ServedModelDocument): ModelConnection {
  return typeof document === 'string'
    ? connectionOf(document, {})
    : connectionOf(document.id, document);
}

const EMPTY_KEY = sha256('');

function tenantFindings(data: unknown): readonly Finding[] {
  const ids = new Set<unknown>();
  const keys = new Set<string>();
  return listAt(data, ['tenants']).flatMap((tenant, index) => {
    const path = ['tenants', index];
    const findings: Finding[] = [];
    const id = valueAt(tenant, ['id']);
    if (typeof id === 'string' && ids.has(id)) {
      findings.push(
        at([...path, 'id'], `found ${JSON.stringify(id)} a second time, expected each tenant once`),
      );
    }
    ids.add(id);
    const written = valueAt(tenant, ['key_sha256']);
    const hashes = Array.isArray(written)
      ? written.map((hash, nth) => [[...path, 'key_sha256', nth], hash] as const)
      : [[[...path, 'key_sha256'], written] as const];
    for (const [place, hash] of hashes) {
      if (typeof hash !== 'string') continue;
      const lower = hash.toLowerCase();
      if (keys.has(lower)) {
        findings.push(at(place, 'found this hash a second time, expected a key of its own'));
      }
      keys.add(lower);
      if (lower === EMPTY_KEY) {
        findings.push(at(place, 'found the hash of an empty key, expected that of a real one'));
      }
    }
    return findings;
  });
}

function limitFindings(data: unknown): readonly Finding[] {
  const path = ['limits', 'default_max_tokens'];
  const usual = valueAt(data, path);
  const most = valueAt(data, ['limits', 'max_tokens']) ?? DEFAULT_LIMITS.maxTokens;
  if (typeof usual !== 'number' || typeof most !== 'number' || usual <= most) return [];
  return [at(path, `found ${usual}, expected at most max_tokens, which is ${most}`)];
}
