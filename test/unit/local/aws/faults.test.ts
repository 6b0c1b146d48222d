import { describe, expect, it } from 'vitest';
import { createFaultPlan, delayOf } from '../../../../local/aws/faults.ts';

const role = 'arn:aws:iam::000000000000:role/Stack-TokenFunctionRole-X';

function kinds(text: string, action: string, calls: number): readonly string[] {
  const plan = createFaultPlan(text);
  return Array.from({ length: calls }, () =>
    plan
      .strike(action, role)
      .map(({ kind }) => kind)
      .join('+'),
  );
}

describe('a fault plan', () => {
  it.each([
    ['kms:Sign=throttle@1', ['throttle', '', '']],
    ['kms:Sign=timeout@2-3', ['', 'timeout', 'timeout']],
    ['kms:Sign=down@2-', ['', 'down', 'down']],
    ['kms:Sign=crash@*', ['crash', 'crash', 'crash']],
    ['kms:Sign=throttle@1, kms:Sign=down@1-2', ['throttle+down', 'down', '']],
    ['kms:*=down@1', ['down', '', '']],
    ['kms:Decrypt=down@*', ['', '', '']],
    ['kms:Sign=partial@2', ['', 'partial', '']],
    ['kms:Sign~TokenFunction=down@1', ['down', '', '']],
    ['kms:Sign~Registrar=down@1', ['', '', '']],
  ])('%s strikes three calls so', (text, expected) => {
    expect(kinds(text, 'kms:Sign', 3)).toEqual(expected);
  });

  it('counts from when a rule is added, and strikes no more once cleared', () => {
    const plan = createFaultPlan();
    expect(plan.strike('kms:Sign', role)).toEqual([]);
    plan.add('kms:Sign=down@1-');
    expect(plan.strike('kms:Sign', role)).toHaveLength(1);
    plan.clear();
    expect(plan.strike('kms:Sign', role)).toEqual([]);
  });

  it('waits no longer than a delay says', () => {
    const [rule] = createFaultPlan('dynamodb:PutItem=delay(20)@*').strike('dynamodb:PutItem', role);
    for (let call = 0; call < 100; call += 1) expect(delayOf(rule!)).toBeLessThanOrEqual(20);
  });

  it.each([
    ['kms:Sign', /the rule "kms:Sign" is not understood: write service:Operation=kind@when/],
    ['kms:Sign=throttle', /the rule "kms:Sign=throttle"/],
    ['Sign=throttle@1', /the operation "Sign"/],
    [
      'kms:Sign=explode@1',
      /the kind "explode" is not understood: use throttle, down, partial, timeout, crash/,
    ],
    ['kms:Sign=delay@1', /the kind "delay"/],
    ['kms:Sign=throttle@0', /the when "0" is not understood: use a call's number/],
    ['kms:Sign=throttle@3-2', /the when "3-2"/],
    ['kms:Sign=throttle@x', /the when "x"/],
    ['kms:Sign~=throttle@1', /the role "kms:Sign~"/],
  ])('says what is wrong with %s', (text, message) => {
    expect(() => createFaultPlan(text)).toThrow(message);
  });
});
