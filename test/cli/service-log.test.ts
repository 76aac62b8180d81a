import { expect, test } from 'vitest';
import { createServiceLog, logGatewayEvent } from '../../src/cli/service-log.js';
import { UserError } from '../../src/user-error.js';

function logged(error: unknown) {
  const lines: string[] = [];
  const log = createServiceLog(
    'info',
    (line) => lines.push(line),
    () => 5,
  );
  logGatewayEvent(log, { kind: 'ledger_failed', operation: 'op_1', error });
  return lines.map((line) => JSON.parse(line));
}

test('what a user can mend is told in one sentence, a fault with its place', () => {
  expect(logged(new UserError('The disk is full: free some space'))).toEqual([
    {
      level: 50,
      time: 5,
      operation: 'op_1',
      error: 'The disk is full: free some space',
      msg: 'ledger failed',
    },
  ]);
  const [fault] = logged(new TypeError('what a caller wrote'));
  expect(fault).toMatchObject({
    error: 'TypeError',
    places: expect.arrayContaining([expect.stringContaining('service-log.test')]),
  });
  expect(JSON.stringify(fault)).not.toContain('caller');
});
