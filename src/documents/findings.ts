import type { z } from 'zod';
import { didYouMean } from '../did-you-mean.js';
import type { DocumentPath } from './yaml-document.js';

/** Something wrong at a path of the document, before it has a line and a column. */
export interface Finding {
  readonly path: DocumentPath;
  /** Whether the key or the value is at fault. */
  readonly part: 'key' | 'value';
  readonly message: string;
}

type Issue = z.core.$ZodIssue;

/** Schema issues as findings: what stands in the data, and what the schema's message expects. */
export function schemaFindings(issues: readonly Issue[], data: unknown): readonly Finding[] {
  return issues.flatMap((issue) => issueFindings(issue, [], data));
}

function issueFindings(issue: Issue, above: DocumentPath, data: unknown): readonly Finding[] {
  const path = [
    ...above,
    ...issue.path.map((part) => (typeof part === 'number' ? part : String(part))),
  ];
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.split(', ');
    return issue.keys.map((key) => ({
      path: [...path, key],
      part: 'key',
      message: `unknown key, expected one of ${issue.message}${didYouMean(key, known)}`,
    }));
  }
  if (issue.code === 'invalid_union') {
    const branch = fittingBranch(issue.errors, valueAt(data, path));
    if (branch !== undefined) return branch.flatMap((inner) => issueFindings(inner, path, data));
  }
  const value = valueAt(data, path);
  const hint =
    issue.code === 'invalid_value' ? hintAmong(value, issue.values) : slugHint(issue, value);
  if (value === undefined) {
    return [{ path, part: 'value', message: `is missing, expected ${issue.message}` }];
  }
  const message = `found ${shown(value, path)}, expected ${issue.message}${hint}`;
  return [{ path, part: 'value', message }];
}

/** Of a union's branches the one that takes this type of value, so that its own issues are told. */
function fittingBranch(
  branches: readonly (readonly Issue[])[],
  value: unknown,
): readonly Issue[] | undefined {
  const ofOtherType = (issue: Issue): boolean =>
    issue.path.length === 0 &&
    (issue.code === 'invalid_type' ||
      (issue.code === 'invalid_value' && typeof value !== 'string'));
  return branches.find((branch) => !branch.some(ofOtherType));
}

function hintAmong(value: unknown, known: readonly unknown[]): string {
  if (typeof value !== 'string') return '';
  return didYouMean(
    value,
    known.filter((one) => typeof one === 'string'),
  );
}

/** A name that is a slug but for its case and spaces is offered as one. */
function slugHint(issue: Issue, value: unknown): string {
  if (issue.code !== 'invalid_format' || typeof value !== 'string') return '';
  if (!issue.message.startsWith('a name of lower-case')) return '';
  const slug = value
    .slice(0, 64)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|[-]+$/g, '');
  return slug === '' ? '' : ` (did you mean "${slug}"?)`;
}

export function valueAt(data: unknown, path: DocumentPath): unknown {
  let value = data;
  for (const segment of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) {
      return undefined;
    }
    value = (value as Readonly<Record<string | number, unknown>>)[segment];
  }
  return value;
}

/** A value as a report may quote it: short, and never what could be a key or a password. */
function shown(value: unknown, path: DocumentPath): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value !== 'string') return String(value);
  const key = path.findLast((segment) => typeof segment === 'string');
  if (key === 'api_key_env' && !/^[A-Z_]{1,40}$/.test(value)) return 'something else';
  if (key === 'key_sha256' && !/^[0-9a-f]{1,64}$/i.test(value)) return 'something else';
  if (key === 'base_url' && /[@?#]/.test(value)) return 'an address with more than host and path';
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}
