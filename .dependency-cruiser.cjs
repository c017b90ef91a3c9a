/**
 * Who may import whom, ours and npm's. A folder of src that is not named here may be imported by no layer.
 * The table is explained in docs/architecture.md; what it allows beyond the first draft, in docs/adr.
 */
const ports = ['runtime/[a-z-]*ports[.]ts', 'runtime/(read-store|event-id)[.]ts'];
const shapes = ['projections/projection[.]ts', 'process-managers/process-manager[.]ts'];
const layers = {
  domain: { ours: ['domain/'], npm: ['zod'], pure: true },
  projections: { ours: ['domain/', 'projections/'], npm: [], pure: true },
  'process-managers': { ours: ['domain/', 'process-managers/'], npm: [], pure: true },
  runtime: { ours: ['domain/', 'runtime/', ...shapes], npm: ['rxjs', 'uuid'] },
  eventstore: {
    ours: ['domain/kernel/', ...ports, 'eventstore/'],
    npm: ['@eventstore/db-client', 'uuid'],
  },
  postgres: {
    // The words of a row's status are the domain's.
    ours: ['projections/projection[.]ts', 'domain/order/words[.]ts', ...ports, 'postgres/'],
    npm: ['pg', 'pg-copy-streams', 'node-pg-migrate'],
  },
  gateways: {
    ours: ['domain/kernel/', 'domain/payment/', ...ports, 'gateways/'],
    npm: ['undici', 'zod', 'cockatiel'],
  },
  api: {
    ours: ['domain/', 'projections/', 'runtime/', 'api/'],
    npm: [
      'express',
      'zod',
      'better-sse',
      'helmet',
      'express-rate-limit',
      'jose',
      'pino-http',
      'prom-client',
      '@asteasolutions/zod-to-openapi',
      'swagger-ui-dist',
    ],
  },
  platform: { ours: ['platform/'], npm: ['zod', 'pino', 'prom-client'] },
};

const tests = '[.]test[.]ts$';
const ourFolders = '^(src|embedded|sandbox|console|bench|test)/';
const npmKinds = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'];

const layerRules = Object.entries(layers).flatMap(([layer, { ours, npm, pure }]) => {
  const from = { path: `^src/${layer}/`, pathNot: tests };
  return [
    {
      name: `${layer}: ours`,
      severity: 'error',
      from,
      to: { path: ourFolders, pathNot: ours.map((path) => `^src/${path}`) },
    },
    {
      name: `${layer}: npm`,
      severity: 'error',
      from,
      to: {
        dependencyTypes: [...npmKinds, ...(pure ? ['core'] : [])],
        pathNot: npm.map((name) => `node_modules/(@types/)?${name}/`),
      },
    },
  ];
});

const standInRules = [
  {
    name: 'embedded: a stand-in shares nothing with the service',
    severity: 'error',
    from: {
      path: '^embedded/',
      pathNot: [tests, '^embedded/(start|launch|command-line)[.]ts$', '^embedded/launch/'],
    },
    to: { path: '^(src|sandbox|console|bench|test)/' },
  },
  {
    name: 'embedded: the launcher knows the platform and the composition root',
    severity: 'error',
    from: { path: '^embedded/(start|launch|command-line)[.]ts$|^embedded/launch/', pathNot: tests },
    to: {
      path: ourFolders,
      pathNot: ['^embedded/', '^src/platform/', '^src/app[.]ts$', '^src/cli/'],
    },
  },
  {
    name: 'sandbox: a stand-in shares nothing with the service',
    severity: 'error',
    from: { path: '^sandbox/', pathNot: tests },
    to: { path: '^(src|embedded|console|bench|test)/' },
  },
  {
    name: 'src: what ships stands alone',
    severity: 'error',
    from: { path: '^src/', pathNot: tests },
    to: { path: '^(embedded|sandbox|bench|test)/' },
  },
];

module.exports = {
  forbidden: [
    ...layerRules,
    ...standInRules,
    { name: 'no cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
