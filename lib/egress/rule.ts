import type { RequestRuleConfig } from '../config/egress-config.ts';

type WholeRule = Exclude<RequestRuleConfig, string>;

/** `GET,POST /repos/**`: methods and a path. Undefined for another text. */
export function readRule(rule: RequestRuleConfig): WholeRule | undefined {
  if (typeof rule !== 'string') return rule;
  const { methods, path } = /^(?<methods>[A-Z]+(?:,[A-Z]+)*) (?<path>\/\S*)$/.exec(rule)?.groups ?? {};
  return methods === undefined || path === undefined ? undefined : { methods: methods.split(','), path };
}
