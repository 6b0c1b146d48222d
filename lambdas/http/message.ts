/** The caller API Gateway authenticated by SigV4 on an AWS_IAM route. */
export interface IamIdentity {
  readonly userArn: string;
  readonly accountId: string;
}

/** One inbound request, whatever carried it. Header names are lower-case; the path is decoded. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** Without the question mark, as sent. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** By name; one that was sent twice is absent. */
  readonly cookies: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
  readonly sourceAddress: string;
  readonly requestId: string;
  readonly iam?: IamIdentity;
  /** Of the TLS connection, in PEM: API Gateway has verified it, and that the caller has its key. Never of a header. */
  readonly clientCertificate?: string;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Values of `Set-Cookie`, one a line. */
  readonly cookies?: readonly string[];
  readonly body: string;
  /** In place of the body, where that is no text of ours. */
  readonly bytes?: Uint8Array;
}

/** Never rejects for what a caller sent; rejects for defects and `DependencyUnavailable`. */
export type Endpoint = (request: HttpRequest) => Promise<HttpResponse>;
