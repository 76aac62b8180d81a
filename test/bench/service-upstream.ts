import { startFixedUpstream } from '../e2e/fixed-upstream.js';

/** The upstream in a process of its own, so that its work is not counted as anyone else's. */
const { url } = await startFixedUpstream();
process.stdout.write(`${JSON.stringify({ url })}\n`);
