/** Whose token, and where it was to go. */
interface OfDelivery {
  readonly requestId: string;
  readonly taskId: string;
  readonly agentId: string;
  readonly clientId: string;
  readonly personId?: string;
  readonly secretArn: string;
}

export type DeliveryEvent =
  /** A secret holds another token. */
  | (OfDelivery & {
      readonly event: 'task_token_delivered';
      /** Of the secret. */
      readonly version: string;
      readonly jti: string;
      readonly expiresAt: number;
    })
  /** It holds what it held before. */
  | (OfDelivery & {
      readonly event: 'task_delivery_failed';
      readonly reason: string;
      /** Failures in a row, and since when. */
      readonly count: number;
      readonly since: number;
    });
