import { commentsOn } from './first-schema.js';

/** Version 3: batches at providers; and a record's latency may be unknown. */
export const BATCHES_SCHEMA = `
CREATE TABLE batches (
  token VARCHAR NOT NULL, run_id VARCHAR NOT NULL, model VARCHAR NOT NULL, items JSON NOT NULL,
  stage VARCHAR NOT NULL, batch_id VARCHAR, reason VARCHAR, created_at TIMESTAMP NOT NULL,
  submitted_at TIMESTAMP, ended_at TIMESTAMP
);
ALTER TABLE usage ALTER COLUMN latency_ms DROP NOT NULL;
COMMENT ON COLUMN usage.latency_ms IS 'milliseconds; null where unknown, as in a batch';
${commentsOn(
  {
    batches: [
      'Cells sent through a provider’s batch API, from before they were sent.',
      {
        token: 'names the batch at the provider',
        run_id: 'runs.id',
        model: 'provider/name',
        items:
          'list of {id, promptId, model, trial, attempt, cellKey}; attempt counts the batches that a cell went into',
        stage:
          'intended (may have been sent), submitted, collected, failed or withdrawn (never sent)',
        batch_id: 'the provider’s id; null until it is known',
        reason: 'why it failed',
        created_at: 'UTC, before anything was sent',
        submitted_at: 'UTC, when its id was learnt',
        ended_at: 'UTC; null while it may still bring answers',
      },
    ],
  },
  {},
)}`;
