import { beforeAll, describe, expect } from 'vitest';
import { type CanaryReport, canaryReport } from '../support/canary-report.ts';
import { formsOf, search } from '../support/canary-search.ts';
import { verifies } from '../verifies.ts';

let report: CanaryReport;
beforeAll(async () => {
  report = await canaryReport();
}, 600_000);

describe('the secrets of third parties', () => {
  verifies(
    'vestibule:egress-canaries',
    'are in no log, event, metric, message, item or other secret, whatever happens, and in no answer but to who asked for one',
    () => {
      expect(report.lines.flatMap(({ found }) => found)).toEqual([]);
      expect(report.lines).toHaveLength(17);
      for (const { provider, vault, planted, borne, handedOut, inSecrets } of report.lines) {
        const narrows = ['google', 'microsoft', 'github-app'].includes(provider);
        expect([provider, planted > 0, borne > 0, handedOut > 0]).toEqual([provider, true, true, narrows]);
        expect([vault, inSecrets > 0]).toEqual([vault, vault === 'secrets-manager']);
      }
      // Nobody is told of anything in this deployment but by its log.
      const silent = report.places.filter(({ texts }) => texts.length === 0).map(({ name }) => name);
      expect(silent).toEqual(['queues', 'event buses']);
    },
  );

  verifies('vestibule:egress-canaries', 'would be found there, however they were written', () => {
    for (const canary of report.canaries) {
      for (const [form, text] of formsOf(canary)) {
        const texts = [`a line that says ${text} to whoever reads it`];
        expect([form, search([canary], [{ name: 'log lines', texts }])]).toMatchObject([form, [{ canary }]]);
      }
    }
    expect(report.canaries.length).toBeGreaterThan(200);
  });
});
