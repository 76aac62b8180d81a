/** Version 2: what is known of requests at a price. */
export const SIGNALS_SCHEMA = `
CREATE TABLE signals (
  signal VARCHAR NOT NULL, request_hash VARCHAR NOT NULL, vector BLOB NOT NULL,
  cost_nano_usd BIGINT NOT NULL, latency_ms DOUBLE, created_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE signals IS 'Embeddings and readings of requests, kept for good: none is paid for twice.';
COMMENT ON COLUMN signals.signal IS 'kind:model:version, and the address where it is no provider’s own';
COMMENT ON COLUMN signals.request_hash IS 'SHA-256 of the text that is read';
COMMENT ON COLUMN signals.vector IS 'little-endian 4-byte floats; empty where the reply could not be read';
COMMENT ON COLUMN signals.cost_nano_usd IS 'what it costs to know for one request, in 1e-9 US dollars';
COMMENT ON COLUMN signals.latency_ms IS 'milliseconds; null where unknown';
COMMENT ON COLUMN signals.created_at IS 'UTC';`;
