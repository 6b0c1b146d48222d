/**
 * Stands in for `@aws-sdk/middleware-endpoint-discovery` in the bundles: no command of DynamoDB asks where to go, and the
 * cache for what nobody asks would be eight kilobytes of each function.
 */
export function resolveEndpointDiscoveryConfig<Config>(config: Config): Config {
  return config;
}

/** Of a setting that nothing reads. */
export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = {
  environmentVariableSelector: (): undefined => undefined,
  configFileSelector: (): undefined => undefined,
  default: false,
};
