import { describe, expect, it } from 'vitest';
import { createReport, Surprise } from '../../local/demo/walk/report.ts';
import type { Exchange } from '../../local/demo/walk/wire.ts';

function lines(): { readonly write: (line: string) => void; readonly text: () => string } {
  const written: string[] = [];
  return { write: (line) => written.push(line), text: () => written.join('\n') };
}

const secret = 'abcdefghijklmnopqrstuvwxyz';
const exchange: Exchange = {
  request: {
    method: 'POST',
    url: 'http://localhost:9400/token',
    authorization: `Basic ${secret}`,
    body: `grant_type=client_credentials&client_secret=${secret}&client_assertion=${secret}`,
  },
  response: {
    status: 200,
    headers: [['www-authenticate', 'Bearer']],
    body: JSON.stringify({ access_token: secret, client_secret: secret, nested: { access_token: secret } }),
  },
};

describe('the report of the demo', () => {
  it('shows what went over the wire and no secret of it', () => {
    const out = lines();
    createReport(out.write, false).exchange(exchange);
    expect(out.text()).toContain('→ POST http://localhost:9400/token');
    expect(out.text()).toContain('authorization: Basic abcdef…');
    expect(out.text()).toContain('client_assertion=abcdef…');
    expect(out.text()).toContain('"nested":{"access_token":"abcdef…"}');
    expect(out.text()).toContain('← 200');
    expect(out.text()).not.toContain(secret);
  });

  it('shows the same exchange in one line the second time', () => {
    const out = lines();
    const report = createReport(out.write, false);
    report.exchange(exchange);
    const first = out.text();
    report.exchange(exchange);
    expect(out.text()).toBe(`${first}\n   → POST http://localhost:9400/token ← 200 as before`);
  });

  it('uses colours only for somebody who watches', () => {
    const [plain, coloured] = [lines(), lines()];
    for (const [out, colours] of [[plain, false] as const, [coloured, true] as const]) {
      const report = createReport(out.write, colours);
      report.step('One');
      report.check('it is so', 1, 1);
    }
    expect(plain.text()).toBe('\n1. One\n   ✓ it is so');
    expect(coloured.text()).toContain('\x1b[');
  });

  it('ends with what was expected and what came instead', () => {
    const report = createReport(lines().write, false);
    expect(() => {
      report.check('the call is refused', 403, 200);
    }).toThrow(new Surprise('the call is refused\n     expected 403\n     got      200'));
    expect(() => {
      report.check('it says why', /insufficient_scope/, undefined);
    }).toThrow(Surprise);
  });
});
