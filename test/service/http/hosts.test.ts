import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHostCheck } from '../../../src/service/http/hosts.js';
import { isLoopback } from '../../../src/service/index.js';

describe('isLoopback', () => {
  it.each(['localhost', 'LOCALHOST', '127.0.0.1', '127.8.9.1', '::1', '[::1]', '0:0:0:0:0:0:0:1'])(
    'holds for %s',
    (host) => expect(isLoopback(host)).toBe(true),
  );

  it.each([
    '0.0.0.0',
    '::',
    '192.168.0.1',
    '127.0.0.1.example.com',
    'localhost.example.com',
    'notlocalhost',
    '128.0.0.1',
    '127.1',
    '0x7f.0.0.1',
    '2130706433',
    '::2',
    '',
    'local host',
  ])('does not hold for "%s"', (host) => expect(isLoopback(host)).toBe(false));
});

describe('the check of the Host header', () => {
  const local = createHostCheck('127.0.0.1', ['gateway.internal', 'Other.Internal:8787']);

  it.each([
    'localhost',
    'localhost:8787',
    'LocalHost.:80',
    '127.0.0.1:1',
    '[::1]:8787',
    'gateway.internal',
    'GATEWAY.internal:443',
    'other.internal:1',
  ])('lets %s pass, again and again', (host) => {
    expect(local(host)).toBe(true);
    expect(local(host)).toBe(true);
  });

  it.each([
    'rebound.example',
    'localhost.rebound.example',
    'localhost@rebound.example',
    'localhost:80:80',
    'localhost:port',
    'rebound.example#localhost',
    '10.0.0.1',
    'gateway.internal.rebound.example',
    '',
    ' localhost',
    '[localhost]',
  ])('stops "%s"', (host) => expect(local(host)).toBe(false));

  it('takes any address, but no other name, where the service is bound to every network', () => {
    for (const bound of ['0.0.0.0', '::']) {
      const check = createHostCheck(bound, []);
      expect(check('10.1.2.3:8787')).toBe(true);
      expect(check('[2001:db8::1]:8787')).toBe(true);
      expect(check('rebound.example:8787')).toBe(false);
    }
  });

  it('stops whatever a page can be named', () => {
    fc.assert(fc.property(fc.domain(), fc.nat(65_535), (name, port) => !local(`${name}:${port}`)));
  });
});
