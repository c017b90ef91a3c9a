/** What somebody who has just started the service wants to know. */
export type BannerFacts = {
  readonly apiUrl: string;
  readonly roles: readonly string[];
  readonly dataDir: string;
  readonly eventStore: string;
  readonly database: string;
  /** The sandbox's address, when it runs. */
  readonly sandboxUrl: string | undefined;
  /** Whether a token of the sandbox is accepted: not when tokens come from a key set elsewhere. */
  readonly sandboxTokens: boolean;
  /** Default ports that were taken, and what was chosen instead. */
  readonly movedPorts: readonly string[];
};

const withoutPassword = (url: string): string => url.replace(/\/\/([^:@/]+):[^@/]*@/, '//$1:…@');

const tokenLines = ({ sandboxUrl, sandboxTokens }: BannerFacts): readonly string[] =>
  sandboxUrl && sandboxTokens
    ? [
        'Get a token:',
        `  TOKEN=$(curl -s ${sandboxUrl}/tokens -H 'content-type: application/json' \\`,
        `    -d '{"memberId":1}' | node -pe 'JSON.parse(fs.readFileSync(0)).token')`,
      ]
    : ['Get a token from your own issuer, into $TOKEN.'];

/** The lines that `npm start` prints when the service answers. */
export const banner = (facts: BannerFacts): string => {
  const { apiUrl, roles, dataDir, eventStore, database, sandboxUrl, movedPorts } = facts;
  const serves = roles.includes('api');
  return [
    '',
    ...movedPorts.map((moved) => `Note: ${moved}`),
    serves
      ? `The order service listens on ${apiUrl}`
      : `The order service runs: ${roles.join(', ')}`,
    ...(serves ? [`  API reference  ${apiUrl}/docs`] : []),
    `  event store    ${withoutPassword(eventStore)}`,
    `  PostgreSQL     ${withoutPassword(database)}`,
    ...(sandboxUrl ? [`  sandbox        ${sandboxUrl}`] : []),
    `  data           ${dataDir}`,
    ...(serves
      ? [
          '',
          ...tokenLines(facts),
          'Put something into the cart:',
          `  curl -s ${apiUrl}/carts -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' \\`,
          `    -d '{"productVariantId":1,"quantity":2}'`,
        ]
      : []),
    '',
    'Ctrl-C stops it and keeps the data.',
    '',
  ].join('\n');
};
