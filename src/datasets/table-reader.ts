/** A column of a table, null where a row has none. */
export type Cell = string | number | boolean | null | Cell[] | { readonly [key: string]: Cell };

export interface TableRow {
  /** The file the row stands in. */
  readonly file: string;
  /** 1 for the first data row of its file. */
  readonly row: number;
  readonly values: Readonly<Record<string, Cell>>;
}

export interface TableFormat {
  readonly format: 'csv' | 'parquet';
  /** CSV only: leave every column as text, exactly as written. Default true. */
  readonly allText?: boolean;
}

/**
 * Reads tabular files. Implemented by the store on DuckDB, handed in by the command.
 * All files must be local; a column that one file lacks is null in its rows.
 */
export interface TableReader {
  /** @throws UserError that names the file and, where known, the line. */
  read(files: readonly string[], format: TableFormat): Promise<readonly TableRow[]>;
}
