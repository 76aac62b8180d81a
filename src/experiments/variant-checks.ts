import {
  compressionDocument,
  compressionLabel,
  modelsOfCompression,
} from '../compression/index.js';
import { type Finding, valueAt } from '../documents/index.js';
import { variantModelId } from './plan.js';

/** What is wrong with compressions beyond their own form. They are passed over where that is wrong. */
export function variantFindings(data: unknown): readonly Finding[] {
  const written = valueAt(data, ['compress']);
  if (!Array.isArray(written)) return [];
  const findings: Finding[] = [];
  const labels = new Set<string>();
  const ids = modelIds(data);
  written.forEach((entry: unknown, index) => {
    const parsed = compressionDocument.safeParse(entry);
    if (!parsed.success) return;
    const label = compressionLabel(parsed.data);
    const found = (message: string): void => {
      findings.push({ path: ['compress', index], part: 'value', message });
    };
    if (labels.has(label)) found(`found "${label}" a second time, expected each compression once`);
    labels.add(label);
    if (parsed.data.steps.length === 0) return;
    const [asked] = modelsOfCompression(parsed.data);
    if (asked !== undefined) {
      found(
        `found a step that asks "${asked}", expected steps that ask no model, as what a model makes of a prompt is not kept between runs and would be paid for again`,
      );
    }
    for (const id of ids) {
      const variant = variantModelId(id, label);
      if (id.startsWith('recorded/')) {
        found(
          `found "${label}" for "${id}", expected none, as recorded answers are to the prompts as they are`,
        );
      } else if (ids.includes(variant)) {
        found(
          `found "${label}", which makes "${variant}" of "${id}", expected no other model of that id`,
        );
      }
    }
  });
  return findings;
}

function modelIds(data: unknown): readonly string[] {
  const models = valueAt(data, ['models']);
  if (!Array.isArray(models)) return [];
  return models.flatMap((entry: unknown) => {
    const id = typeof entry === 'string' ? entry : valueAt(entry, ['id']);
    return typeof id === 'string' ? [id] : [];
  });
}
