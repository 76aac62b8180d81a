import { z } from 'zod';
import { checked } from './policy-document.js';
import type { Router } from './router.js';

const NOTHING_TO_SET = z.strictObject({});

/**
 * Finds what is wrong with a router's settings before anything is measured for it.
 * @throws UserError quoting the router, the setting and the value
 */
export function checkSettings(router: Router, settings: Readonly<Record<string, unknown>>): void {
  checked(router.settings ?? NOTHING_TO_SET, settings, 'settings', `Router "${router.id}"`);
}
