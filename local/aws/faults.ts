import { randomInt } from 'node:crypto';

const faultKinds = ['throttle', 'down', 'partial', 'timeout', 'crash', 'delay'] as const;

/**
 * `throttle` and `down` answer the service's own error and nothing happens; `partial` reads the first of a batch and says
 * which it left out; `timeout` and `crash` strike after the effect, so that the caller never sees the reply; `delay` makes
 * the call wait.
 */
export type FaultKind = (typeof faultKinds)[number];

/** Strikes calls number `from` to `to` (counted from 1, from when the rule was added) of one operation. */
export interface FaultRule {
  /** For instance `kms:Sign`; `dynamodb:*` counts every call of a service. */
  readonly action: string;
  readonly kind: FaultKind;
  readonly from: number;
  /** `Infinity` for every later call too. */
  readonly to: number;
  /** Only calls of principals whose role name contains this. */
  readonly role?: string;
  /** `delay`: the longest wait; each call waits a random part of it. */
  readonly milliseconds?: number;
}

export interface FaultPlan {
  /** A rule, or rules in the grammar of VESTIBULE_FAULTS. */
  readonly add: (rule: FaultRule | string) => void;
  readonly clear: () => void;
  /** Counts one call against every rule and answers what strikes it. */
  readonly strike: (action: string, principalArn: string) => readonly FaultRule[];
}

/**
 * `service:Operation=kind@when`, comma-separated, for instance `kms:Sign=throttle@1,dynamodb:PutItem=timeout@2-3`:
 * `when` is a call's number, a range, `2-` or `*`; `delay(250)` takes milliseconds; `kms:Sign~TokenFunction=…` strikes
 * one role only. Throws on other text, naming the field, the value and the fix.
 */
export function createFaultPlan(text = ''): FaultPlan {
  let rules: { readonly rule: FaultRule; seen: number }[] = [];
  const plan: FaultPlan = {
    add: (rule) => {
      const added = typeof rule === 'string' ? parseFaults(rule) : [rule];
      rules.push(...added.map((each) => ({ rule: each, seen: 0 })));
    },
    clear: () => {
      rules = [];
    },
    strike: (action, principalArn) =>
      rules
        .filter(({ rule }) => covers(rule, action, principalArn))
        .filter((counted) => {
          counted.seen += 1;
          return counted.seen >= counted.rule.from && counted.seen <= counted.rule.to;
        })
        .map(({ rule }) => rule),
  };
  plan.add(text);
  return plan;
}

export function delayOf(rule: FaultRule): number {
  return rule.kind === 'delay' ? randomInt((rule.milliseconds ?? 0) + 1) : 0;
}

function covers(rule: FaultRule, action: string, principalArn: string): boolean {
  const service = rule.action.endsWith(':*') ? rule.action.slice(0, -1) : undefined;
  if (service === undefined ? rule.action !== action : !action.startsWith(service)) return false;
  return rule.role === undefined || principalArn.slice(principalArn.indexOf('/') + 1).includes(rule.role);
}

function parseFaults(text: string): readonly FaultRule[] {
  return text
    .split(',')
    .map((rule) => rule.trim())
    .filter((rule) => rule !== '')
    .map(parseRule);
}

function parseRule(text: string): FaultRule {
  const [, target, kind, when] = /^([^=]+)=([^=@]+)@([^=@]+)$/.exec(text) ?? [];
  if (target === undefined || kind === undefined || when === undefined) {
    throw problem('rule', text, 'write service:Operation=kind@when, for instance kms:Sign=throttle@1');
  }
  return { ...parseTarget(target), ...parseKind(kind), ...parseWhen(when) };
}

function parseTarget(text: string): Pick<FaultRule, 'action' | 'role'> {
  const [action = '', role, ...roles] = text.split('~');
  if (!/^[a-z0-9-]+:(\*|[A-Z][A-Za-z0-9]+)$/.test(action)) {
    throw problem(
      'operation',
      action,
      'write service:Operation as IAM spells it, for instance dynamodb:PutItem',
    );
  }
  if (role === '' || roles.length > 0) throw problem('role', text, 'write one part of a role name after ~');
  return role === undefined ? { action } : { action, role };
}

function parseKind(text: string): Pick<FaultRule, 'kind' | 'milliseconds'> {
  const delay = /^delay\((\d{1,6})\)$/.exec(text);
  if (delay !== null) return { kind: 'delay', milliseconds: Number(delay[1]) };
  const kind = faultKinds.find((known) => known === text && known !== 'delay');
  if (kind === undefined) {
    throw problem('kind', text, 'use throttle, down, partial, timeout, crash or delay(<milliseconds>)');
  }
  return { kind };
}

function parseWhen(text: string): Pick<FaultRule, 'from' | 'to'> {
  if (text === '*') return { from: 1, to: Infinity };
  const range = /^([1-9]\d{0,8})(-([1-9]\d{0,8})?)?$/.exec(text);
  const from = Number(range?.[1]);
  const to = range?.[2] === '-' ? Infinity : Number(range?.[3] ?? range?.[1]);
  if (range === null || to < from) {
    throw problem('when', text, "use a call's number (1), a range (2-3), an open range (2-) or *");
  }
  return { from, to };
}

function problem(field: string, value: string, fix: string): Error {
  return new Error(`VESTIBULE_FAULTS: the ${field} "${value}" is not understood: ${fix}.`);
}
