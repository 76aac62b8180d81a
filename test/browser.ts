import { existsSync } from 'node:fs';

/** Where a Chromium would lie: what `CHROMIUM_PATH` names, else where Debian puts it. */
export const browserPath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/** Whether there is one; tests of pages skip visibly without. */
export const browserFound: boolean = existsSync(browserPath);
