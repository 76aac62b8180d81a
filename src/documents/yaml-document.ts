import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  visit,
  type YAMLError,
} from 'yaml';

/** A way into a document: keys of mappings and indices of lists. */
export type DocumentPath = readonly (string | number)[];

/** Lines and columns count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What is wrong with a file, and where. */
export interface Problem extends Position {
  readonly file: string;
  /** As in `models[0].price.input`; empty for the document itself. */
  readonly path: string;
  /** What was found and what was expected. */
  readonly message: string;
}

type SyntaxProblem = Omit<Problem, 'file'>;

/** A YAML document as plain data that still knows where everything stands. */
export interface YamlDocument {
  /** Undefined where the text is no YAML. */
  readonly data: unknown;
  readonly syntax: readonly SyntaxProblem[];
  /** Where the value at this path stands, or the nearest thing around it. */
  positionOf(path: DocumentPath, part: 'key' | 'value'): Position;
}

/** Aliases may be resolved so often; a file that needs more is an attack on memory. */
const MAX_ALIASES = 100;

/** Parses YAML 1.2 (anchors and `<<` included). Never throws for bad text. */
export function parseYamlDocument(text: string): YamlDocument {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    logLevel: 'error',
  });
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.max(0, offset));
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const first = 'empty' in documents ? undefined : documents[0];
  const syntax: SyntaxProblem[] = [
    ...primaryErrors(first?.errors ?? []),
    ...(first?.warnings ?? []),
  ].map(({ code, message, pos }) => {
    const repeated = code === 'DUPLICATE_KEY';
    return {
      ...position(pos[0]),
      path: first !== undefined && repeated ? pathText(pathOfKeyAt(first, pos[0])) : '',
      message: repeated ? 'found this key a second time, expected it once' : message,
    };
  });
  const second = 'empty' in documents ? undefined : documents[1];
  if (second !== undefined) {
    const message = 'found a second YAML document, expected one';
    syntax.push({ ...position(second.range[0]), path: '', message });
  }
  const readable = first?.errors.every((one) => one.code === 'DUPLICATE_KEY');
  let data: unknown;
  try {
    data = readable ? first?.toJS({ maxAliasCount: MAX_ALIASES }) : undefined;
  } catch (error) {
    syntax.push({ line: 1, column: 1, path: '', message: (error as Error).message });
  }
  const positionOf = (path: DocumentPath, part: 'key' | 'value'): Position =>
    position(first === undefined ? 0 : offsetOf(first.contents, first, path, part));
  return { data, syntax, positionOf };
}

type Resolver = Parameters<Alias['resolve']>[0];

function offsetOf(
  root: Node | null,
  resolver: Resolver,
  path: DocumentPath,
  part: 'key' | 'value',
): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const [depth, segment] of path.entries()) {
    const holder = isAlias(node) ? node.resolve(resolver) : node;
    const last = depth === path.length - 1;
    if (isMap(holder)) {
      const pair = holder.items.find(({ key }) => isScalar(key) && String(key.value) === segment);
      const key = pair?.key;
      if (pair === undefined || !isScalar(key)) return offset;
      node = pair.value;
      const ofKey = key.range?.[0] ?? offset;
      const isEmpty = isScalar(node) && node.value === null && node.source === '';
      offset = (last && part === 'key') || isEmpty ? ofKey : startOf(node, ofKey);
    } else if (isSeq(holder)) {
      node = holder.items[Number(segment)];
      if (node === undefined) return offset;
      offset = startOf(node, offset);
    } else return offset;
  }
  return offset;
}

/** Without the tokens that only look odd because of an error before them. */
function primaryErrors(errors: readonly YAMLError[]): readonly YAMLError[] {
  return errors.filter(({ code }, index) => index === 0 || code !== 'UNEXPECTED_TOKEN');
}

/** The path of the key that stands at an offset of the text. */
function pathOfKeyAt(document: Document, offset: number): DocumentPath {
  let path: DocumentPath = [];
  visit(document, {
    Pair(_, pair, ancestors) {
      if (!isScalar(pair.key) || pair.key.range?.[0] !== offset) return undefined;
      path = [...ancestors, pair].flatMap((node, depth, nodes) =>
        segmentOf(node, nodes[depth - 1]),
      );
      return visit.BREAK;
    },
  });
  return path;
}

function segmentOf(node: unknown, parent: unknown): DocumentPath {
  if (isPair(node) && isScalar(node.key)) return [String(node.key.value)];
  return isSeq(parent) ? [parent.items.indexOf(node)] : [];
}

function startOf(node: unknown, otherwise: number): number {
  const range = (node as Partial<Node> | null)?.range;
  return range?.[0] ?? otherwise;
}

/** `models[0].price.input` */
export function pathText(path: DocumentPath): string {
  return path.reduce<string>((text, segment) => {
    if (typeof segment === 'number') return `${text}[${segment}]`;
    const plain = /^[\w$-]+$/.test(segment) ? segment : JSON.stringify(segment);
    return text === '' ? plain : `${text}.${plain}`;
  }, '');
}

/** One line: `file:line:column  path  message`. */
export function problemLine({ file, line, column, path, message }: Problem): string {
  return [`${file}:${line}:${column}`, path, message].filter((part) => part !== '').join('  ');
}
