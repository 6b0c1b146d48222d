import { describe, expect, it } from 'vitest';
import { readWorkloadRules, ruleFor } from '../../../lambdas/oauth/bearer/workload-rule.ts';

const rules = readWorkloadRules(
  JSON.stringify([
    { anchor: 'partner', claims: { sub: ['job:*'], ref: ['main'] }, agent: 'reporter' },
    { anchor: 'github', claims: { repository: ['shop/api'] }, agent: 'builder' },
    { anchor: 'github', claims: { repository: ['shop/*'] }, agent: 'checker' },
  ]),
);
const agentFor = (anchor: string, claims: Readonly<Record<string, unknown>>): string | undefined =>
  ruleFor(rules, anchor, claims)?.agent;

describe('a rule for workloads', () => {
  it('is of the tokens of its own anchor alone, whatever another issuer says in the same claims', () => {
    expect(agentFor('github', { repository: 'shop/api' })).toBe('builder');
    expect(agentFor('partner', { repository: 'shop/api' })).toBeUndefined();
    expect(agentFor('github', { sub: 'job:1', ref: 'main' })).toBeUndefined();
  });

  it('needs every claim that it names, and takes one of several values', () => {
    expect(agentFor('partner', { sub: 'job:1', ref: 'main' })).toBe('reporter');
    expect(agentFor('partner', { sub: 'job:1' })).toBeUndefined();
    expect(agentFor('partner', { sub: 'job:1', ref: 'branch' })).toBeUndefined();
    expect(agentFor('partner', { sub: 'job:1', ref: ['branch', 'main'] })).toBe('reporter');
  });

  it('counts before those that come later, and its star is for something', () => {
    expect(agentFor('github', { repository: 'shop/web' })).toBe('checker');
    expect(agentFor('github', { repository: 'shop/' })).toBeUndefined();
    expect(agentFor('github', { repository: 'shopping/api' })).toBeUndefined();
  });
});
