import { UserError } from '../../../user-error.js';

/** How the stand-in treats batches; by default they have ended when first looked at. */
export interface StandInBatchOptions {
  /** Milliseconds after its submission before which a batch does not end. */
  readonly delayMs?: number;
  /** How often a batch is looked at (status or list) and found running before it ends. */
  readonly polls?: number;
  /** Items done before every batch expires: a share if below 1, else their number. */
  readonly expireAfter?: number;
  /** Share of items that fail with a server's error; drawn by seed and custom id. */
  readonly failItems?: number;
  /** Why every batch fails as a whole. */
  readonly failWhole?: string;
  /** How many of the first submissions are accepted and never told: their connection breaks off. */
  readonly loseReplies?: number;
  /** Most requests in a batch. @default as the maker's */
  readonly mostItems?: number;
  /** Most batches on a page of a list. @default 100 */
  readonly pageSize?: number;
}

/** @throws UserError for an option that cannot be */
export function checkBatchOptions(options: StandInBatchOptions): void {
  const { failItems = 0 } = options;
  if (!(failItems >= 0 && failItems <= 1)) {
    throw new UserError(`Expected the share of \`failItems\` to be from 0 to 1, got ${failItems}`);
  }
  for (const name of [
    'delayMs',
    'expireAfter',
    'polls',
    'loseReplies',
    'mostItems',
    'pageSize',
  ] as const) {
    const value = options[name] ?? 0;
    const isCount = name === 'delayMs' || name === 'expireAfter' || Number.isInteger(value);
    if (!(value >= 0 && Number.isFinite(value) && isCount)) {
      throw new UserError(`Expected \`${name}\` of batches to be a count from 0 up, got ${value}`);
    }
  }
}
