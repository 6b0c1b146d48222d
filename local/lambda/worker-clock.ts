/**
 * Makes `Date` in this thread tell the virtual time: the machine's plus the shared offset (slot 0 of a BigInt64Array,
 * milliseconds), or the time at which the clock stands still (slot 1, where it is not 0). Dates made from arguments are
 * untouched. A clock that goes wrong is so many milliseconds ahead of that.
 */
export function installVirtualDate(shared: SharedArrayBuffer, ahead = 0): void {
  const slots = new BigInt64Array(shared);
  const machineNow = Date.now.bind(Date);
  const now = (): number =>
    (Number(Atomics.load(slots, 1)) || machineNow() + Number(Atomics.load(slots, 0))) + ahead;
  const virtual = new Proxy(Date, {
    apply: () => new Date(now()).toString(),
    construct: (target, given, newTarget) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget) as object,
  });
  Date.now = now;
  Object.defineProperty(Date.prototype, 'constructor', { value: virtual });
  globalThis.Date = virtual;
}
