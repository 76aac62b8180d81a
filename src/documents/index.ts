export { type ExpandedPath, expandPath, type PathEnvironment } from './expand-path.js';
export { type Finding, schemaFindings, valueAt } from './findings.js';
export { jsonSchemaText } from './json-schema.js';
export { type ReadDocument, readDocument, readDocumentText } from './read-document.js';
export { amount, flag, integer, listOf, mapping, slug, text } from './schema-words.js';
export {
  type DocumentPath,
  type Problem,
  parseYamlDocument,
  pathText,
  problemLine,
} from './yaml-document.js';
