import type { StateFile } from '../state-file.ts';
import { compilePattern } from './event-pattern.ts';

/** An event as its targets get it. */
export interface BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface Target {
  readonly Id: string;
  readonly Arn: string;
  /** The queue for what could not be delivered. */
  readonly DeadLetterConfig?: { readonly Arn: string } | undefined;
}

export interface Rule {
  readonly arn: string;
  readonly pattern: string;
  readonly matches: (event: BusEvent) => boolean;
  readonly isEnabled: boolean;
  readonly targets: Map<string, Target>;
}

/** What each bus was told, by its name, the newest last. */
export interface EventsState {
  readonly told: Record<string, BusEvent[]>;
}

/** The buses of a run and their rules, which live as long as it does. What they were told stays. */
export interface Buses {
  readonly add: (name: string) => void;
  readonly has: (name: string) => boolean;
  readonly remove: (name: string) => void;
  readonly rule: (bus: string, name: string) => Rule | undefined;
  /** Makes a rule, or changes it; its targets stay. */
  readonly putRule: (bus: string, name: string, rule: Omit<Rule, 'matches' | 'targets'>) => void;
  readonly removeRule: (bus: string, name: string) => void;
  /** Keeps an event, and answers the rules that it matches. */
  readonly tell: (bus: string, event: BusEvent) => readonly Rule[];
  readonly told: (bus: string) => readonly BusEvent[];
  readonly commit: () => Promise<void>;
}

/** Of each bus. */
const kept = 5_000;

export function createBuses({ state, commit }: StateFile<EventsState>): Buses {
  const buses = new Map<string, Map<string, Rule>>([['default', new Map()]]);
  return {
    add: (name) => {
      if (!buses.has(name)) buses.set(name, new Map());
    },
    has: (name) => buses.has(name),
    remove: (name) => {
      buses.delete(name);
    },
    rule: (bus, name) => buses.get(bus)?.get(name),
    putRule: (bus, name, rule) => {
      const targets = buses.get(bus)?.get(name)?.targets ?? new Map<string, Target>();
      buses.get(bus)?.set(name, { ...rule, matches: compilePattern(rule.pattern), targets });
    },
    removeRule: (bus, name) => {
      buses.get(bus)?.delete(name);
    },
    tell: (bus, event) => {
      const told = (state.told[bus] ??= []);
      told.push(event);
      if (told.length > kept) told.splice(0, told.length - kept);
      const rules = [...(buses.get(bus)?.values() ?? [])];
      return rules.filter(({ isEnabled, matches }) => isEnabled && matches(event));
    },
    told: (bus) => state.told[bus] ?? [],
    commit,
  };
}

/** The last part of an ARN. */
export function busName(place: string): string {
  return place.slice(place.lastIndexOf('/') + 1);
}
