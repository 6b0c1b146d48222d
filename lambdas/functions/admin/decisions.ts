import type { HttpRequest } from '../../http/message.ts';
import { isIdentifier } from '../../registry/declaration/fields.ts';
import type { RegistryRefusal } from '../../registry/refusal.ts';
import type { Audit, AuditEvent } from '../../runtime/events.ts';
import type { Result } from '../../runtime/result.ts';

type Changed = Extract<AuditEvent, { event: 'registration_changed' }>;
type SecretChanged = Extract<AuditEvent, { event: 'client_secret_changed' }>;
type Outcome = Result<unknown, RegistryRefusal>;

interface Decisions {
  readonly changed: (change: Pick<Changed, 'kind' | 'id' | 'change'>, outcome: Outcome) => void;
  readonly secretChanged: (
    change: Pick<SecretChanged, 'clientId' | 'secretId' | 'change'>,
    outcome: Outcome,
  ) => void;
}

/** Tells the audit trail what became of an operator's request: one line, granted or refused. */
export function decisions({ audit }: { readonly audit: Audit }, request: HttpRequest): Decisions {
  const by = request.iam?.userArn ?? '';
  const refused = (kind: Changed['kind'], change: string, id: string, refusal: RegistryRefusal): void => {
    // What stands in a path is the caller's text until it has the form of an id.
    const named = isIdentifier(id) ? { id } : {};
    audit({
      event: 'registration_refused',
      requestId: request.requestId,
      change,
      kind,
      ...named,
      ...('idp' in refusal && { idp: refusal.idp }),
      ...('detail' in refusal && { detail: refusal.detail }),
      ...{ reason: refusal.reason, by },
    });
  };
  return {
    changed: (change, outcome) => {
      if (outcome.ok) audit({ event: 'registration_changed', ...change, by });
      else refused(change.kind, change.change, change.id, outcome.refusal);
    },
    secretChanged: (change, outcome) => {
      if (outcome.ok) audit({ event: 'client_secret_changed', ...change, by });
      else refused('client', `secret_${change.change}`, change.clientId, outcome.refusal);
    },
  };
}
