import { expect, test } from 'vitest';
import { aConfig, templateOf } from './synthesized.ts';

test('the template changes only on purpose', async () => {
  // The hashes of the bundles change with every line of a function.
  const template = JSON.stringify(templateOf(aConfig).toJSON(), null, 2).replace(
    /\b[0-9a-f]{64}\b/g,
    '<bundle>',
  );
  await expect(`${template}\n`).toMatchFileSnapshot('vestibule.template.snap');
});
