import { expect, test } from 'vitest';
import { githubActions } from '../../lib/index.ts';
import { grants, keys, matrixOf, row } from './roles.ts';
import { aConfig } from './synthesized.ts';

test('the token function alone keeps the public keys of trust anchors, where there are some', () => {
  const agent = aConfig.agents[0]?.id ?? '';
  const config = {
    ...aConfig,
    trustAnchors: [githubActions()],
    workloads: [{ anchor: 'github-actions', claims: { repository_id: '42' }, agent }],
  };
  const { Token: token = [], ...others } = matrixOf(config);
  expect(token).toContainEqual(row(['dynamodb:GetItem', 'dynamodb:PutItem'], grants, keys('anchor-keys#*')));
  expect(JSON.stringify(others)).not.toContain('anchor-keys');
  expect(JSON.stringify(matrixOf(aConfig))).not.toContain('anchor-keys');
});
