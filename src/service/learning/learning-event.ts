/** What happens while the service learns, for logs. Holds no text of a prompt, an answer or a verdict. */
export type LearningEvent =
  /** An answer was drawn to be judged, and has no score. */
  | { readonly kind: 'unscored'; readonly operation: string; readonly reason: string }
  /** What was learned before is not taken up. */
  | { readonly kind: 'state_ignored'; readonly reason: string }
  /** Feedback whose request is not known any more, so that nothing is learned from it. */
  | { readonly kind: 'lost'; readonly feedback: number }
  /** A verdict could not be recorded, or a state not be learned or kept. */
  | { readonly kind: 'failed'; readonly what: string; readonly error: unknown };
