type RegisteredKind = 'resource' | 'agent' | 'client' | 'idp' | 'api' | 'provider' | 'registration-token';

/** What became of a change of the registry. */
export type RegistrationEvent =
  | {
      readonly event: 'registration_changed';
      readonly change:
        | 'created'
        | 'replaced'
        | 'disabled'
        | 'enabled'
        | 'removed'
        | 'redirect_attached'
        | 'redirect_detached';
      readonly kind: RegisteredKind;
      readonly id: string;
      /** The operator's ARN, or the deployment's name. */
      readonly by: string;
    }
  | {
      readonly event: 'registration_refused';
      readonly requestId: string;
      readonly change: string;
      readonly kind: RegisteredKind;
      readonly id?: string;
      /** The identity provider that made no client of it, and why. */
      readonly idp?: string;
      readonly detail?: string;
      readonly reason: string;
      readonly by: string;
    };
