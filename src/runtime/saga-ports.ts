/** One saga to drive: the process manager's name and the instance's id. */
export type SagaRef = { readonly process: string; readonly instance: string };

/**
 * Sagas whose time has come, as the read side knows them. Being late or stale is harmless: a drive looks at the streams,
 * and the append's expected revision decides.
 */
export type DueSagas = {
  /**
   * Leases at most `limit` sagas whose `wake_at` has passed and that nobody holds, most overdue first.
   * @param now ISO 8601 UTC
   * @param leaseMs until then no other process gets them
   */
  readonly claim: (
    now: string,
    limit: number,
    leaseMs: number,
    signal: AbortSignal,
  ) => Promise<readonly SagaRef[]>;
  /** Gives a lease back; `until` (ISO 8601 UTC) keeps it a little longer, so that the read side can catch up. */
  readonly release: (saga: SagaRef, until: string | null) => Promise<void>;
};
