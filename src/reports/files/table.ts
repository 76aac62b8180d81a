/** A table of plain values, for files that hold nothing else. */
export interface FlatTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly kind: ColumnKind }[];
  /** By column; null where unknown. */
  readonly rows: readonly (readonly (string | number | boolean | null)[])[];
  /** What the file says about itself. */
  readonly metadata: Readonly<Record<string, string>>;
}
type ColumnKind = 'text' | 'integer' | 'double' | 'boolean';

/** Turns tables into files of binary formats. Implemented by the store, handed in by the command. */
export interface TableWriter {
  /** The bytes of a Parquet file. */
  parquet(table: FlatTable): Promise<Uint8Array>;
}
