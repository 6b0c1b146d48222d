import dns, { type LookupAddress, type LookupOptions } from 'node:dns';
import promises from 'node:dns/promises';
import { syncBuiltinESMExports } from 'node:module';
import { isIPv6 } from 'node:net';

/**
 * Where names of hosts lead: the addresses of the first look-up, of the second and so on; the last for ever. Of a name
 * without any, no look-up ever ends.
 */
export type HostNames = Readonly<Record<string, readonly (readonly string[])[]>>;

type Answer = (error: Error | null, address: string | LookupAddress[], family: number) => void;

/**
 * Makes look-ups of these names in this thread lead there; for all others the machine is asked. What it returns has the
 * machine asked for every name again.
 */
export function installHostNames(names: HostNames): () => void {
  if (Object.keys(names).length === 0) return () => undefined;
  const [machine, machineLater] = [dns.lookup, promises.lookup];
  const turns = new Map<string, number>();
  const next = (host: string, answers: readonly (readonly string[])[]): LookupAddress[] => {
    const turn = turns.get(host) ?? 0;
    turns.set(host, turn + 1);
    const addresses = answers[Math.min(turn, answers.length - 1)] ?? [];
    return addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  };
  const lookup = (host: string, options: LookupOptions, answer: Answer): void => {
    const answers = names[host];
    if (answers === undefined) {
      machine(host, options, answer);
    } else if (answers.length > 0) {
      const addresses = next(host, answers);
      const [{ address, family } = { address: '', family: 0 }] = addresses;
      process.nextTick(answer, null, options.all === true ? addresses : address, family);
    }
  };
  const lookupLater = (host: string, options: LookupOptions): Promise<LookupAddress | LookupAddress[]> =>
    names[host] === undefined
      ? machineLater(host, options)
      : new Promise((resolve) => {
          lookup(host, { all: true }, (_error, addresses) => {
            resolve(addresses as LookupAddress[]);
          });
        });
  replaceLookUps(lookup, lookupLater);
  return () => {
    replaceLookUps(machine, machineLater);
  };
}

function replaceLookUps(lookup: object, lookupLater: object): void {
  Object.assign(dns, { lookup });
  Object.assign(promises, { lookup: lookupLater });
  syncBuiltinESMExports();
}
