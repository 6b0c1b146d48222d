/** The dependency direction of the project: functions → adapters, http → domains → ports → runtime. */
const from = (path, to, name, comment) => ({ name, comment, severity: 'error', from: { path }, to });

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    from(
      '^lambdas/',
      { path: '^(lib|bin|local|test)/' },
      'lambdas-stand-alone',
      'Run time never imports synth time.',
    ),
    from(
      '^lambdas/',
      { path: '^node_modules/(aws-cdk-lib|constructs)/' },
      'no-cdk-at-run-time',
      'CDK is synth time only.',
    ),
    from(
      '^lib/',
      { path: '^lambdas/', dependencyTypesNot: ['type-only'] },
      'lib-takes-types-only',
      'Synth time takes only types of functions/*/environment.ts.',
    ),
    from(
      '^lib/',
      { path: '^lambdas/(?!functions/[^/]+/environment\\.ts)' },
      'lib-sees-environments',
      'lib may see an environment contract and nothing else.',
    ),
    from(
      '^lambdas/runtime/',
      { path: '^lambdas/(?!runtime/)' },
      'runtime-is-the-floor',
      'runtime imports nothing of ours.',
    ),
    from(
      '^lambdas/ports/',
      { path: '^lambdas/(?!ports/|runtime/)' },
      'ports-see-runtime',
      'Ports are described in runtime terms.',
    ),
    from(
      '^lambdas/(oauth|registry|keys)/',
      { path: '^(node_modules/(@aws-sdk|@smithy|@middy)|lambdas/(adapters|functions|http))' },
      'domains-are-pure',
      'Domains see ports and runtime.',
    ),
    from(
      '^lambdas/oauth/',
      { path: '^lambdas/registry/' },
      'oauth-not-registry',
      'Domains do not import each other.',
    ),
    from(
      '^lambdas/registry/',
      {
        path: '^lambdas/oauth/(?!scope/|resource/|workload/|certificate-names/|people/profiles/|redirect-uri[.])',
      },
      'registry-not-oauth',
      'The registry shares the scope, resource, workload, certificate name, profile and redirect URI algebra only.',
    ),
    from(
      '^lambdas/keys/',
      { path: '^lambdas/(oauth|registry)/' },
      'keys-alone',
      'Domains do not import each other.',
    ),
    from(
      '^lambdas/tasks/',
      { path: '^(node_modules/(@aws-sdk|@smithy|@middy)|lambdas/(?!tasks/|ports/|runtime/))' },
      'tasks-alone',
      'The life of a task sees ports and runtime.',
    ),
    from(
      '^lambdas/egress/',
      { path: '^(node_modules/(@aws-sdk|@smithy|@middy)|lambdas/(?!egress/|ports/|runtime/))' },
      'egress-alone',
      'What is kept of third parties, and what may be asked of them, sees ports and runtime.',
    ),
    from(
      '^lambdas/(registry|keys|tasks)/',
      { path: '^lambdas/egress/' },
      'not-egress',
      'Domains do not import each other; tokens for the proxy are judged by what it allows.',
    ),
    from(
      '^lambdas/(registry|keys)/',
      { path: '^lambdas/tasks/' },
      'not-tasks',
      'Domains do not import each other; what is issued on a task is judged by its life.',
    ),
    from(
      '^lambdas/(oauth|registry)/',
      { path: '^lambdas/keys/' },
      'not-keys',
      'Domains do not import each other.',
    ),
    from(
      '^lambdas/cloudformation/',
      { path: '^lambdas/(?!cloudformation/|runtime/)' },
      'custom-resources-see-runtime',
      'The protocol of custom resources knows nothing of what they are.',
    ),
    from(
      '^lambdas/adapters/([^/]+)/',
      { path: '^lambdas/adapters/([^/]+)/', pathNot: '^lambdas/adapters/$1/' },
      'adapters-stand-alone',
      'One technology each.',
    ),
    from(
      '^lambdas/functions/([^/]+)/',
      { path: '^lambdas/functions/([^/]+)/', pathNot: '^lambdas/functions/$1/' },
      'functions-stand-alone',
      'One trust boundary each.',
    ),
    from(
      '^lambdas/token-client/',
      { path: '^(lambdas/(?!token-client/)|node_modules/)' },
      'token-client-is-below',
      'It ships to resource servers and to agents, and needs nothing.',
    ),
    from(
      '^lambdas/resource-server/',
      { path: '^lambdas/(?!resource-server/|token-client/)' },
      'resource-server-stands-alone',
      'It ships to resource servers.',
    ),
    from(
      '^lambdas/agent/',
      { path: '^lambdas/(?!agent/|token-client/)' },
      'agent-stands-alone',
      'It ships to agents.',
    ),
    from(
      '^local/(?!demo/)',
      { path: '^(lambdas|lib)/' },
      'local-runs-the-template',
      'local knows CloudFormation and AWS protocols, not our handlers.',
    ),
    from('^local/(?!demo/)', { path: '^local/demo/' }, 'local-knows-no-oauth', 'Only the demo knows OAuth.'),
    from(
      '^(bin|lib|lambdas|local)/',
      { path: '^test/' },
      'no-tests-in-product',
      'Tests are imported by tests.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
