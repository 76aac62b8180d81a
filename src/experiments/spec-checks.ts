import { didYouMean } from '../did-you-mean.js';
import { expandPath, type Finding, type PathEnvironment, valueAt } from '../documents/index.js';
import { rubrics } from '../judges/index.js';
import { connectionFindings } from '../models/index.js';
import { variantFindings } from './variant-checks.js';

/** What the checks need to know from outside. */
export interface CheckContext {
  readonly file: string | null;
  readonly env: PathEnvironment;
  readonly knownRouters: readonly string[] | null;
  readonly exists: ((path: string) => boolean) | null;
}

/**
 * Checks across keys. They read the raw data and pass over whatever has not the right shape, so
 * that they report what they can even where the schema has found something too.
 */
export function crossFindings(data: unknown, context: CheckContext): readonly Finding[] {
  const imports = datasetEntries(data).some(
    ({ entry }) => valueAt(entry, ['import']) !== undefined,
  );
  return [
    ...datasetFindings(data, context),
    ...modelFindings(data, imports),
    ...variantFindings(data),
    ...judgeFindings(data, imports),
    ...routerFindings(data, context),
  ];
}

interface Entry {
  readonly path: readonly (string | number)[];
  readonly entry: unknown;
}

function entriesOf(data: unknown, key: string): readonly Entry[] {
  const list = valueAt(data, [key]);
  return Array.isArray(list) ? list.map((entry, index) => ({ path: [key, index], entry })) : [];
}

function datasetEntries(data: unknown): readonly Entry[] {
  const written = valueAt(data, ['dataset']);
  if (Array.isArray(written)) return entriesOf(data, 'dataset');
  return written === undefined ? [] : [{ path: ['dataset'], entry: written }];
}

function textAt(entry: unknown, key: string): string | null {
  const value = valueAt(entry, [key]);
  return typeof value === 'string' ? value : null;
}

const at = (path: Finding['path'], message: string): Finding => ({ path, part: 'value', message });

function datasetFindings(data: unknown, context: CheckContext): readonly Finding[] {
  const entries = datasetEntries(data);
  const findings = entries.flatMap(({ path, entry }) => {
    const isText = typeof entry === 'string';
    const written = isText ? entry : textAt(entry, 'path');
    if (written === null || written === '') return [];
    const place = isText ? path : [...path, 'path'];
    return pathFindings(written, place, context, 'a file or folder that exists');
  });
  const imported = entries.map(({ entry }) => textAt(entry, 'import') !== null);
  if (imported.includes(true) && imported.includes(false)) {
    const message =
      'found prompts and recorded outcomes mixed, expected either all or none with import';
    return [...findings, at(['dataset'], message)];
  }
  return findings;
}

function modelFindings(data: unknown, imports: boolean): readonly Finding[] {
  const findings: Finding[] = [];
  const seen = new Set<string>();
  const entries = entriesOf(data, 'models').map(({ path, entry }) =>
    typeof entry === 'string'
      ? { path, entry, id: entry }
      : { path: [...path, 'id'], entry, id: textAt(entry, 'id') },
  );
  const all = entries.some(({ id }) => id === 'recorded/*');
  for (const { path, entry, id } of entries) {
    findings.push(...connectionFindings(entry, path.slice(0, 2)));
    if (id === null) continue;
    if (seen.has(id))
      findings.push(
        at(path, `found ${JSON.stringify(id)} a second time, expected each model once`),
      );
    seen.add(id);
    if (!id.startsWith('recorded/')) continue;
    if (!imports) {
      findings.push(
        at(
          path,
          `found ${JSON.stringify(id)}, expected a dataset with import that holds its answers`,
        ),
      );
    } else if (all && id !== 'recorded/*') {
      findings.push(
        at(path, `found ${JSON.stringify(id)} beside "recorded/*", which means it already`),
      );
    }
  }
  return findings;
}

function judgeFindings(data: unknown, imports: boolean): readonly Finding[] {
  const findings: Finding[] = [];
  const ids = new Set<string>();
  for (const { path, entry } of entriesOf(data, 'judges')) {
    const isText = typeof entry === 'string';
    const id = isText ? entry : textAt(entry, 'id');
    findings.push(...connectionFindings(entry, path), ...rubricFindings(entry, path));
    if (id === null) continue;
    const place = isText ? path : [...path, 'id'];
    if (ids.has(id))
      findings.push(
        at(place, `found ${JSON.stringify(id)} a second time, expected each judge once`),
      );
    ids.add(id);
    if (id === 'recorded' && !imports) {
      findings.push(
        at(place, 'found "recorded", expected a dataset with import that holds scores'),
      );
    }
  }
  if (ids.size === 0) ids.add(imports ? 'recorded' : 'grader');
  const chosen = textAt(data, 'judge');
  if (chosen !== null && !ids.has(chosen)) {
    const expected = [...ids].join(', ');
    findings.push(
      at(
        ['judge'],
        `found ${JSON.stringify(chosen)}, expected a judge of this file: ${expected}${didYouMean(chosen, ids)}`,
      ),
    );
  }
  return findings;
}

function rubricFindings(entry: unknown, path: Finding['path']): readonly Finding[] {
  const findings: Finding[] = [];
  const rubric = textAt(entry, 'rubric');
  if (rubric !== null && !rubrics.has(rubric)) {
    const known = [...rubrics.keys()];
    const message = `found ${JSON.stringify(rubric)}, expected a rubric: ${known.join(', ')}${didYouMean(rubric, known)}`;
    findings.push(at([...path, 'rubric'], message));
  }
  const model = textAt(entry, 'model');
  if (model?.startsWith('recorded/')) {
    const message = `found ${JSON.stringify(model)}, expected a model that can be asked`;
    findings.push(at([...path, 'model'], message));
  }
  return findings;
}

function routerFindings(data: unknown, context: CheckContext): readonly Finding[] {
  const { knownRouters: known } = context;
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const { path, entry } of entriesOf(data, 'routers')) {
    const isText = typeof entry === 'string';
    const key = ['id', 'router', 'file'].find((one) => textAt(entry, one) !== null) ?? 'id';
    const name = isText ? entry : textAt(entry, key);
    if (name === null) continue;
    const place = isText ? path : [...path, key];
    if (key === 'file') findings.push(...pathFindings(name, place, context, 'a file that exists'));
    else if (known !== null && !known.includes(name)) {
      findings.push(
        at(
          place,
          `found ${JSON.stringify(name)}, expected a router: ${known.join(', ')}${didYouMean(name, known)}`,
        ),
      );
    }
    if (seen.has(name))
      findings.push(
        at(place, `found ${JSON.stringify(name)} a second time, expected each router once`),
      );
    seen.add(name);
  }
  return findings;
}

function pathFindings(
  written: string,
  place: Finding['path'],
  { file, env, exists }: CheckContext,
  expected: string,
): readonly Finding[] {
  const expanded = expandPath(written, file, env);
  if ('problem' in expanded) return [at(place, expanded.problem)];
  if (exists === null || exists(expanded.path)) return [];
  const meant = written.includes('${') ? `, that is ${JSON.stringify(expanded.path)}` : '';
  return [at(place, `found ${JSON.stringify(written)}${meant}, expected ${expected}`)];
}
