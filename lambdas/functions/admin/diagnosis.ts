import { methods } from '../../http/methods.ts';
import { json } from '../../http/respond.ts';
import { route, type Route } from '../../http/routes.ts';
import type { ProviderDoctor } from '../../ports/diagnosis.ts';
import type { IdpId } from '../../runtime/identifiers.ts';
import { refused } from './answers.ts';

export interface DiagnosisPorts {
  /** Absent where the deployment has no identity provider. */
  readonly doctor?: ProviderDoctor;
}

/** What a look at an identity provider shows, and how to mend it. Nothing is changed by it. */
export function diagnosisRoute({ doctor }: DiagnosisPorts): Route {
  return route('/admin/idps/{id}/diagnosis', (incoming, { id }) =>
    methods({
      GET: async () => {
        const diagnosis = await doctor?.diagnose(id as IdpId);
        return diagnosis === undefined
          ? refused({ reason: 'not_found', kind: 'idp', id })
          : json(200, { id, ...diagnosis });
      },
    })(incoming),
  );
}
