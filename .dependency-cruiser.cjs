/**
 * The house's import directions (ARCHITECTURE.md, "Imports go down").
 * A folder may import from the floors below it, never sideways or up, except where listed.
 */
const floors = [
  ['documents', 'statistics'],
  ['costs'],
  ['wire'],
  ['models'],
  ['datasets'],
  ['outcomes'],
  ['features', 'judges', 'compression', 'caches'],
  ['policies'],
  ['routers'],
  ['experiments', 'evaluation', 'tables', 'service', 'reports'],
];
/** Where two workflows meet, because the flow does. */
const meetings = { service: ['tables'], reports: ['evaluation', 'experiments'] };

const group = (folders) => `^src/(${folders.join('|')})/`;

const downward = floors.flatMap((floor, height) =>
  floor.map((folder) => {
    const allowed = [...floors.slice(0, height).flat(), folder, ...(meetings[folder] ?? [])];
    return {
      name: `${folder}-imports-down`,
      comment: `src/${folder}/ may import only from: ${allowed.join(', ')} (and the files at the root of src/)`,
      severity: 'error',
      from: { path: `^src/${folder}/` },
      to: { path: '^src/[^/]+/', pathNot: group(allowed) },
    };
  }),
);

module.exports = {
  forbidden: [
    ...downward,
    {
      name: 'store-imports-types-only',
      comment:
        'The store implements interfaces that others own; it may know their types, not their code.',
      severity: 'error',
      from: { path: '^src/store/' },
      to: { path: '^src/[^/]+/', pathNot: '^src/store/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'faces-only',
      comment: 'Another folder is entered through its index.ts (its face).',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/[^/]+/(?!index\\.ts$)', pathNot: ['^src/$1/'] },
    },
    {
      name: 'duckdb-lives-in-the-store',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/store/' },
      to: { path: 'node_modules/@duckdb/' },
    },
    {
      name: 'makers-live-in-models',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/models/' },
      to: { path: 'node_modules/(openai|@anthropic-ai)/' },
    },
    {
      name: 'root-files-import-nothing-of-the-house',
      severity: 'error',
      from: { path: '^src/(did-you-mean|hash|user-error|version)\\.ts$' },
      to: { path: '^src/' },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unlisted-packages',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev', 'unknown'] },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
