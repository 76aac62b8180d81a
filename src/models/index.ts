export type { AskModel, CallResult } from './call.js';
export type { Model, ModelAnswer, ModelParameters, ModelRequest } from './model.js';
export { ModelError, type ModelErrorKind } from './model-error.js';
