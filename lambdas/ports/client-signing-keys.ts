/** The keys by which clients of a deployment sign, and which the deployment made for them. */
export interface ClientSigningKeys {
  /** The public half as a JSON Web Key; throws `DependencyUnavailable` when KMS cannot. */
  readonly publicJwk: (keyArn: string) => Promise<Readonly<Record<string, unknown>>>;
}
