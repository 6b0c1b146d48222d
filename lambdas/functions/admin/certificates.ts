import * as v from 'valibot';
import { bodyRefused } from '../../http/body-refusal.ts';
import { readJson } from '../../http/json-body.ts';
import type { HttpRequest, HttpResponse } from '../../http/message.ts';
import { methods } from '../../http/methods.ts';
import { errorJson, json } from '../../http/respond.ts';
import { route, type Route } from '../../http/routes.ts';
import type { CertificateRefusal, ProviderCertificates } from '../../ports/provider-certificates.ts';
import { time } from '../../registry/wire.ts';
import type { IdpId } from '../../runtime/identifiers.ts';
import type { Audit } from '../../runtime/events.ts';
import { refused } from './answers.ts';

export interface CertificatePorts {
  /** Absent where the deployment has no identity provider. */
  readonly certificates?: ProviderCertificates;
  readonly audit: Audit;
}

const wantedCertificate = v.strictObject({
  key: v.exactOptional(v.string()),
  days: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_095)), 365),
});

/** A certificate of a provider key, for a provider that knows the deployment by one. */
export function certificateRoute({ certificates, audit }: CertificatePorts): Route {
  const make = async (request: HttpRequest, id: string): Promise<HttpResponse> => {
    const body = readJson(request);
    if (!body.ok) return bodyRefused(body.refusal);
    const wanted = v.safeParse(wantedCertificate, body.value);
    if (!wanted.success) return errorJson(400, 'invalid_request', formOfBody);
    const { requestId, iam } = request;
    const by = iam?.userArn ?? '';
    const made = await certificates?.make(id as IdpId, wanted.output);
    if (made?.ok !== true) {
      const reason = made?.refusal ?? 'not_found';
      audit({ event: 'provider_certificate_refused', requestId, idp: id, reason, by });
      return reason === 'not_found'
        ? refused({ reason, kind: 'idp', id })
        : errorJson(400, 'invalid_request', sentences[reason]);
    }
    const { key, pem, thumbprint, notAfter } = made.value;
    const expiresAt = time(notAfter);
    audit({ event: 'provider_certificate_made', requestId, idp: id, key, thumbprint, expiresAt, by });
    return json(201, { id, key, certificate: pem, 'x5t#S256': thumbprint, not_after: expiresAt });
  };
  return route('/admin/idps/{id}/certificates', (incoming, { id }) =>
    methods({ POST: (request) => make(request, id) })(incoming),
  );
}

const formOfBody =
  'send { "key": <name of a key of the config>, "days": <1 to 1095> }; without "key" it is the one that signs, without "days" 365';

const sentences: Readonly<Record<Exclude<CertificateRefusal, 'not_found'>, string>> = {
  not_by_key:
    "this identity provider knows the deployment by a client secret; write authentication: { method: 'private_key_jwt', alg: 'PS256' } in the config and deploy first",
  key_unknown: 'there is no such key; name one of identityProviders[].authentication.keys',
  not_rsa: "certificates are made of RSA keys; write alg: 'PS256' or 'RS256' in the config",
};
