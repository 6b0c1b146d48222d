import type { Instant } from '../../runtime/clock.ts';
import { ok, type Result } from '../../runtime/result.ts';
import type { ProvingRequest } from '../client-request.ts';
import { type DecisionPorts, decidedRequest } from '../decided-request.ts';
import { type PossessionPorts, readPossession } from '../dpop/possession.ts';
import { endpointsAt, type Hosts } from '../metadata/endpoints.ts';
import type { Refusal } from '../refusal.ts';
import { namedResource } from '../resource/named-resource.ts';
import { type OpenedTask, type OpenPorts, openTask } from './open-task.ts';
import { openingAudit } from './task-audit.ts';

export interface OpeningEndpointPorts extends DecisionPorts, PossessionPorts, Hosts {
  readonly opening: OpenPorts;
}

/** A task that was opened, and the nonce for the next proof of a client that sent one. */
export type AnsweredTask = OpenedTask & { readonly dpopNonce?: string };

/** One request for a task, decided and written to the audit trail. */
export type OpenTask = (request: ProvingRequest, now: Instant) => Promise<Result<AnsweredTask, Refusal>>;

export function openingEndpoint(ports: OpeningEndpointPorts): OpenTask {
  return decidedRequest<ProvingRequest, AnsweredTask>({
    ports,
    resourceHint: ({ parameters }) => namedResource(parameters),
    provesPublicClients: false,
    decide: async ({ parameters, requestId, proof, certificate }, client, now) => {
      const target = { method: 'POST', url: endpointsAt(ports, certificate).tasks };
      const possession = await readPossession(ports, proof, target, now);
      const context = { client, now, requestId, possession, certificate };
      const opened = await openTask(ports.opening, parameters, context);
      if (!opened.ok) return opened;
      const nonce = possession.ok ? possession.value?.nonce : undefined;
      return ok({ ...opened.value, ...(nonce !== undefined && { dpopNonce: nonce }) });
    },
    eventOf: openingAudit,
  });
}
