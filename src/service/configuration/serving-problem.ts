import type { Catalogue } from '../../costs/index.js';
import { type ModelConnection, modelProblem } from '../../models/index.js';

/** Why a model cannot be served; null where it can. */
export function servingProblem(model: ModelConnection, catalogue: Catalogue): string | null {
  if (model.id.startsWith('recorded/') && model.baseUrl === null) {
    return `found "${model.id}", whose answers are recorded ones, expected a model that can be asked, or a base_url where it is`;
  }
  return modelProblem(model, catalogue);
}
