import { join } from 'node:path';

import { citedRequirements, coverage, namedSources, strays } from './citations.ts';
import { requirements } from './requirements.ts';

/** `npm run check:citations`: code names only sections that a requirement has, and every requirement has a test. */
const root = join(import.meta.dirname, '../..');
const { uncited, unknown } = coverage(requirements, citedRequirements(root, 'test'));
const complaints = [
  ...strays(requirements, namedSources(root, 'lambdas')).map(
    ({ place, what }) => `${place}: ${what} is the source of no requirement in test/spec/requirements.ts`,
  ),
  ...unknown.map(({ place, what }) => `${place}: verifies the unknown requirement ${what}`),
  ...uncited.map((id) => `test/spec/requirements.ts: no test verifies ${id}`),
];

for (const complaint of complaints) console.error(complaint);
if (complaints.length > 0) process.exitCode = 1;
else console.log(`citations: ${Object.keys(requirements).length} requirements, each verified by a test`);
