/**
 * Stands in for `@smithy/core/event-streams` in the bundles: no function asks for an answer that is a stream of events, and
 * what reads one would be eleven kilobytes of each that invokes another.
 */
export function resolveEventStreamSerdeConfig<Config>(config: Config): Config {
  return config;
}

export function eventStreamSerdeProvider(): never {
  throw new Error('streams of events are not in the bundles');
}
