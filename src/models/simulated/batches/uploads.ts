/** A file of requests. */
export interface Upload {
  readonly id: string;
  readonly name: string;
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** Characters that are kept of all files together, the newest always. */
const MOST_CHARACTERS = 2 ** 28;

/** The files that were sent up, of which the oldest are forgotten. */
export class Uploads {
  readonly #files = new Map<string, Upload>();
  #count = 0;
  #characters = 0;

  add(name: string, text: string): Upload {
    const upload = { id: `file-${++this.#count}`, name, text, createdAt: Date.now() };
    this.#files.set(upload.id, upload);
    this.#characters += text.length;
    for (const old of this.#files.values()) {
      if (this.#characters <= MOST_CHARACTERS || old === upload) break;
      this.#files.delete(old.id);
      this.#characters -= old.text.length;
    }
    return upload;
  }

  get(id: string): Upload | undefined {
    return this.#files.get(id);
  }
}
