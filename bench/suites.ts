/** What can be measured. */
export type Suite = {
  /** Measures and prints. */
  readonly run: () => Promise<void>;
  /** Only on demand. */
  readonly long?: true;
};

/** By the name that the command line takes; each is loaded when it runs. */
export const suites: Readonly<Record<string, Suite>> = {
  commands: { run: async () => (await import('./service/commands.ts')).measureCommands() },
  orders: { run: async () => (await import('./service/orders.ts')).measureOrders() },
  projection: { run: async () => (await import('./service/projection.ts')).measureProjection() },
  rebuild: {
    run: async () => (await import('./service/rebuild.ts')).measureRebuild(),
    long: true,
  },
  sse: { run: async () => (await import('./service/sse.ts')).measureSse() },
  start: { run: async () => (await import('./service/start.ts')).measureStart() },
  store: {
    run: async () => (await import('./store/measure-store.ts')).measureStore(),
    long: true,
  },
};
