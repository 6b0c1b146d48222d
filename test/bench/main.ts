import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { bundles } from './bundles.ts';
import { canaries } from './canaries.ts';
import { costDocument, formatCostDocument } from './calls/cost-document.ts';
import { countCalls } from './calls/measure.ts';
import { callRows } from './calls/rows.ts';
import { crashes } from './crashes.ts';
import { egress } from './egress.ts';
import { exactness } from './exactness.ts';
import { tellProgress } from './progress.ts';
import { starts } from './starts/starts.ts';
import { throughput } from './throughput/throughput.ts';
import { refresh } from './refresh/refresh.ts';
import { formatReport, type Part, type Row } from './report.ts';

const parts: Readonly<Record<string, Part>> = {
  calls: async (progress) => {
    const counts = await countCalls(progress);
    if (options.values['write-docs'] === true) writeFileSync(costDocument, await formatCostDocument(counts));
    return callRows(counts);
  },
  bundles,
  canaries,
  starts,
  crashes,
  egress,
  exactness,
  refresh,
  throughput,
};

const options = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    'write-docs': { type: 'boolean' },
    help: { type: 'boolean' },
  },
});
const names = options.values.only ?? Object.keys(parts);
const unknown = names.filter((name) => parts[name] === undefined);

if (options.values.help === true || unknown.length > 0) {
  const known = Object.keys(parts).join(', ');
  if (unknown.length > 0) console.error(`--only ${unknown.join(', ')}: no such part`);
  console.error(`npm run bench -- [--only <part>]… [--write-docs]   parts: ${known}`);
  process.exitCode = unknown.length > 0 ? 1 : 0;
} else {
  const rows: Row[] = [];
  for (const name of names) rows.push(...((await parts[name]?.(tellProgress(name))) ?? []));
  const [processor] = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  console.log(
    `Node ${process.version}, ${cpus().length} × ${processor?.model ?? 'unknown'}, ${memory} GiB\n\n${formatReport(rows)}`,
  );
}
