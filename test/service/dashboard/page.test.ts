import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { anEntry } from '../../store/service-samples.js';
import {
  closeScripts,
  keyedTenants,
  type Script,
  scriptedLedger,
  serveScript,
} from '../http/scripted-service.js';

afterEach(closeScripts);

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

async function openPage(script: Script = {}, headers: Readonly<Record<string, string>> = HTML) {
  const { url } = await serveScript(script);
  return fetch(`${url}/`, { headers });
}

describe('the page at /', () => {
  it('lets a browser do nothing but run its own script and ask its own service', async () => {
    const response = await openPage();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const html = await response.text();
    const hashOf = (element: string): string => {
      const all = [...html.matchAll(new RegExp(`<${element}>([^]*?)</${element}>`, 'g'))];
      expect(all).toHaveLength(1);
      return `'sha256-${createHash('sha256').update(all[0]![1]!).digest('base64')}'`;
    };
    expect(response.headers.get('content-security-policy')?.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hashOf('script')}`,
      `style-src ${hashOf('style')}`,
      "connect-src 'self'",
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('vary')).toBe('accept');
  });

  it('reads no HTML, keeps no key for longer than the tab, and names no other place', async () => {
    const html = await (await openPage()).text();
    expect(html).not.toMatch(/innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b/);
    expect(html).not.toMatch(/localStorage|document\.cookie|indexedDB/);
    expect(html).not.toMatch(/ on\w+=| style=/);
    const places = [...html.matchAll(/https?:\/\/[^\s"'`<)]+/g)].map(([place]) => place);
    expect(new Set(places)).toEqual(new Set(['http://www.w3.org/2000/svg']));
  });

  it('is the same for everybody, key or none, and holds no data', async () => {
    const secret = 'tenant-that-nobody-may-see';
    const ledger = scriptedLedger({
      recent: async () => [anEntry('a', { tenant: secret, model: secret }).operation],
    });
    const script = { tenants: keyedTenants, ledger };
    const [stranger, admin] = [
      await openPage(script),
      await openPage(script, { ...HTML, authorization: 'Bearer boss' }),
    ];
    expect(stranger.status).toBe(200);
    const text = await stranger.text();
    expect(text).toBe(await admin.text());
    expect(text).not.toContain(secret);
    expect(text).not.toContain('simulated/small');
  });

  it.each(['application/json', '*/*', 'text/html;q=0', undefined])(
    'is no endpoint for clients that accept %s',
    async (accept) => {
      const response = await openPage({}, accept === undefined ? {} : { accept });
      expect(response.status).toBe(404);
      expect(response.headers.get('vary')).toBe('accept');
      expect(await response.json()).toMatchObject({ error: { code: 'unknown_endpoint' } });
    },
  );

  it('is turned away under a name that is not the service', async () => {
    const { url } = await serveScript();
    const { request } = await import('node:http');
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const asked = request(url, { headers: { ...HTML, host: 'rebound.example' } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asked.on('error', reject).end();
    });
    expect(status).toBe(403);
  });
});
