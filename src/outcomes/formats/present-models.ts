import type { DataRecord } from '../../datasets/index.js';
import { isAbsent } from './cell-values.js';

/**
 * The models that each file has anything of: one whose columns are empty from top to bottom was not
 * asked there, so its cells are missing and not unscored.
 * @param columnsOf a model's columns
 */
export function presentModels(
  records: readonly DataRecord[],
  models: readonly string[],
  columnsOf: (model: string) => readonly string[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const present = new Map<string, Set<string>>();
  for (const { values, position } of records) {
    let found = present.get(position.file);
    if (found === undefined) {
      found = new Set();
      present.set(position.file, found);
    }
    if (found.size === models.length) continue;
    for (const model of models) {
      if (!columnsOf(model).every((column) => isAbsent(values[column]))) found.add(model);
    }
  }
  return present;
}
