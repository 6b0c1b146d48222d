import { expect, test } from 'vitest';
import { grants, keys, matrixOf, row } from './roles.ts';
import { aConfig } from './synthesized.ts';

const withTasks = {
  ...aConfig,
  agents: aConfig.agents.map((agent) => ({ ...agent, tasks: { maximumHours: 8 } })),
};
const withPeople = {
  ...withTasks,
  identityProviders: [{ id: 'company', issuer: 'https://idp.example.com', clientId: 'vestibule' }],
};
const judges = ['Introspection', 'Token'] as const;

test('whoever judges tokens reads their tasks along with the rest, where some agent opens any', () => {
  const reads = (...patterns: string[]) => row(['dynamodb:BatchGetItem'], grants, keys(...patterns));
  const [alone, among] = [matrixOf(withTasks), matrixOf(withPeople)];
  for (const name of judges) {
    expect(alone[name]).toContainEqual(reads('revoked#*', 'person-end#*', 'task#*'));
    expect(among[name]).toContainEqual(reads('revoked#*', 'person-end#*', 'grant#*', 'task#*'));
  }
  expect(JSON.stringify(matrixOf(aConfig))).not.toContain('task#');
});

test('operators see which tasks are due, and read and end them, where some agent opens any', () => {
  const admin = matrixOf(withTasks)['Admin'];
  expect(admin).toContainEqual(row(['dynamodb:BatchGetItem', 'dynamodb:UpdateItem'], grants, keys('task#*')));
  expect(admin).toContainEqual(row(['dynamodb:Query'], `${grants}/index/due`, keys('task#*')));
});
