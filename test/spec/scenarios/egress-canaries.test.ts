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
    'are in no log, answer, event, metric, message, item or other secret, whatever happens',
    () => {
      expect(report.lines.flatMap(({ found }) => found)).toEqual([]);
      expect(report.lines).toHaveLength(13);
      for (const { provider, planted, borne } of report.lines) {
        expect([provider, planted > 0, borne > 0]).toEqual([provider, true, true]);
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
