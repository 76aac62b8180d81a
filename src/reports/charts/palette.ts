import type { Family } from '../router-families.js';

/**
 * Colours of lines and dots: told apart with colour vision deficiencies too (after Okabe and Ito),
 * and at least 3:1 against both the light and the dark ground, so that a chart needs one set only.
 */
export const PALETTE: Readonly<Record<Family | 'baseline', string>> = {
  baseline: '#7d7d7d',
  lookup: '#c2599a',
  heuristic: '#b07d0a',
  learned: '#2b7fc4',
  cascade: '#d55e00',
  online: '#12906a',
  other: '#8b6fd0',
};

/** Ground and text of every drawing; the reader's own setting decides which. */
export const THEME = {
  light: { ground: '#ffffff', text: '#1c1e21', faint: '#5c6066' },
  dark: { ground: '#15171a', text: '#e6e7e9', faint: '#a4a8ae' },
} as const;
