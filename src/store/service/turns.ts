/** Tasks of one name run one after another, in the order they were asked for; others side by side. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  take<Result>(name: string, task: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(name) ?? Promise.resolve();
    const turn = before.then(task, task);
    this.#last.set(name, turn);
    const forget = (): void => {
      if (this.#last.get(name) === turn) this.#last.delete(name);
    };
    turn.then(forget, forget);
    return turn;
  }
}
