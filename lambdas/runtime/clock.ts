/** Whole seconds since 1970-01-01T00:00:00Z, the unit of every JWT claim and stored expiry. */
export type Instant = number & { readonly __brand: 'Instant' };

/** Read once per request at the rim; decisions receive `now` as a value. */
export type Clock = () => Instant;

export const systemClock: Clock = () => instant(Math.floor(Date.now() / 1000));

export function instant(seconds: number): Instant {
  return seconds as Instant;
}

export function after(start: Instant, seconds: number): Instant {
  return instant(start + seconds);
}
