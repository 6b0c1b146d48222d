import { methods } from '../../http/methods.ts';
import { json } from '../../http/respond.ts';
import { route, type Route } from '../../http/routes.ts';
import type { ProviderDoctor } from '../../ports/diagnosis.ts';
import type { RegistryStore } from '../../ports/registry-store.ts';
import type { IdpId, ResourceUri } from '../../runtime/identifiers.ts';
import { refused } from './answers.ts';

export interface DiagnosisPorts {
  /** Absent where the deployment has no identity provider. */
  readonly doctor?: ProviderDoctor;
  readonly store: Pick<RegistryStore, 'list'>;
}

/** So many APIs of a provider are looked at: each is a request to it. */
const mostApis = 20;

/** What a look at an identity provider shows, and how to mend it. Nothing is changed by it. */
export function diagnosisRoute({ doctor, store }: DiagnosisPorts): Route {
  return route('/admin/idps/{id}/diagnosis', (incoming, { id }) =>
    methods({
      GET: async () => {
        const diagnosis = await doctor?.diagnose(id as IdpId, await apisBehind(store, id));
        return diagnosis === undefined
          ? refused({ reason: 'not_found', kind: 'idp', id })
          : json(200, { id, ...diagnosis });
      },
    })(incoming),
  );
}

async function apisBehind(store: DiagnosisPorts['store'], idp: string): Promise<readonly ResourceUri[]> {
  const found: ResourceUri[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.list('api', { limit: 100, ...(cursor !== undefined && { cursor }) });
    const behind = page?.things.filter((api) => api.idp === idp && api.state === 'active') ?? [];
    found.push(...behind.map(({ uri }) => uri));
    cursor = page?.cursor;
  } while (cursor !== undefined && found.length < mostApis);
  return found.slice(0, mostApis);
}
