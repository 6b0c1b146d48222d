import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { costDocument, formatCostDocument } from '../bench/calls/cost-document.ts';
import { countCalls } from '../bench/calls/measure.ts';
import { callRows } from '../bench/calls/rows.ts';

test('docs/cost.md says what requests need and cost today, and every request stays within its calls', async () => {
  const counts = await countCalls(() => undefined);
  const written = readFileSync(costDocument, 'utf8');
  expect(written, 'write it anew: npm run bench -- --only calls --write-docs').toBe(
    await formatCostDocument(counts),
  );
  const broken = callRows(counts).filter(
    ({ section, held }) => section.startsWith('AWS calls') && held === false,
  );
  expect(broken).toEqual([]);
}, 300_000);
