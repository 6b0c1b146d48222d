import { accessTokenType, refreshTokenType } from '../token-client/token-types.ts';

/** What a task below another is opened with: that of the other, or less. */
export interface ChildTaskOptions extends ResumeOptions {
  /** For people: what it does. */
  readonly purpose: string;
  /** Default: the only resource there is, or for a task below another those of that. */
  readonly resource?: string | readonly string[];
  /** Space-separated. Default: what the authorization server gives. It never grows. */
  readonly scope?: string;
  /** In how many seconds it ends, whatever happens. Default: as late as policy lets it. */
  readonly ceilingSeconds?: number;
  /** A task that is silent for longer is over. Default: it may be silent. */
  readonly heartbeatSeconds?: number;
  /** Where its tokens go besides: each renewal is told on the event bus, or a secret of AWS is kept current. */
  readonly delivery?: 'events' | { readonly secretArn: string };
}

export interface TaskOptions extends ChildTaskOptions {
  /**
   * The person for whom it works: by a refresh token that this client has of them, which stays as good as it was, or by an access
   * token that they sent. Default: nobody, the agent works in its own name.
   */
  readonly onBehalfOf?: { readonly refreshToken: string } | { readonly accessToken: string };
}

export interface ResumeOptions {
  /** Whether `fetch` says that the task goes on, where that is wanted. Default: true. */
  readonly automaticHeartbeat?: boolean;
}

export function openingForm(
  { purpose, resource = [], scope, ceilingSeconds, heartbeatSeconds, delivery }: ChildTaskOptions,
  basis: Readonly<Record<string, string>>,
): URLSearchParams {
  const form = new URLSearchParams({ purpose, ...basis });
  for (const each of typeof resource === 'string' ? [resource] : resource) form.append('resource', each);
  if (scope !== undefined) form.set('scope', scope);
  if (ceilingSeconds !== undefined) form.set('ceiling', String(ceilingSeconds));
  if (heartbeatSeconds !== undefined) form.set('heartbeat_interval', String(heartbeatSeconds));
  if (delivery !== undefined) form.set('delivery', typeof delivery === 'string' ? delivery : 'secret');
  if (typeof delivery === 'object') form.set('secret_arn', delivery.secretArn);
  return form;
}

/** RFC 8693 §3: what a token is that stands for the person. */
export function subjectOf(person: TaskOptions['onBehalfOf']): Readonly<Record<string, string>> {
  if (person === undefined) return {};
  return 'refreshToken' in person
    ? { subject_token: person.refreshToken, subject_token_type: refreshTokenType }
    : { subject_token: person.accessToken, subject_token_type: accessTokenType };
}
