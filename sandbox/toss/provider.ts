import { setTimeout as pause } from 'node:timers/promises';
import { json, type Reply } from '../http/reply.ts';
import type { Call } from '../http/route.ts';
import type { Emit, Store } from '../store/store.ts';
import { authenticationError } from './authentication.ts';
import { ERROR_CODE, tossError } from './errors.ts';
import type { Execution } from './execution.ts';

const MAX_IDEMPOTENCY_KEY_LENGTH = 300;
const IDEMPOTENCY_MS = 15 * 24 * 60 * 60 * 1000;
const STILL_RUNNING = 'IDEMPOTENT_REQUEST_PROCESSING';

/** What the payment service needs to know of its surroundings. */
export interface ProviderOptions {
  readonly secretKey: string;
  /** Aborted when the sandbox stops; ends what a slow provider waits for. */
  readonly signal: AbortSignal;
}

const header = (call: Call, name: string): string | undefined => {
  const value = call.headers[name];
  return Array.isArray(value) ? value[0] : value;
};

const languageOf = (call: Call) => header(call, 'accept-language');

/** The front of the payment service: authentication, forced test errors, idempotency keys. */
export class Provider {
  readonly #options: ProviderOptions;
  readonly #running = new Set<string>();

  constructor(options: ProviderOptions) {
    this.#options = options;
  }

  /** Answers a look-up; idempotency keys mean nothing to it. */
  get(call: Call, look: () => Reply): Reply {
    const code = this.#refusal(call) ?? this.#forcedCode(call);
    return code ? tossError(code, languageOf(call)) : look();
  }

  /**
   * Runs a request that changes something. The first answer under an Idempotency-Key, errors included, is repeated
   * for 15 days without executing, whatever the body says by then.
   */
  async post(call: Call, store: Store, decide: () => Execution): Promise<Reply> {
    const language = languageOf(call);
    const refusal = this.#refusal(call);
    if (refusal) return tossError(refusal, language);
    const idempotencyKey = header(call, 'idempotency-key');
    if (idempotencyKey === undefined) return this.#execute(call, store, undefined, decide);
    if (idempotencyKey.length === 0 || idempotencyKey.length > MAX_IDEMPOTENCY_KEY_LENGTH)
      return tossError('INVALID_IDEMPOTENCY_KEY', language);
    const key = `${this.#options.secretKey} ${call.method} ${call.path} ${idempotencyKey}`;
    const earlier = store.world.toss.answers.get(key);
    if (earlier && store.nowMs() - Date.parse(earlier.at) < IDEMPOTENCY_MS)
      return json(earlier.status, earlier.body);
    if (this.#running.has(key)) return tossError(STILL_RUNNING, language);
    this.#running.add(key);
    try {
      return await this.#execute(call, store, key, decide);
    } finally {
      this.#running.delete(key);
    }
  }

  async #execute(
    call: Call,
    store: Store,
    key: string | undefined,
    decide: () => Execution,
  ): Promise<Reply> {
    const forced = this.#forcedCode(call);
    if (forced === STILL_RUNNING) return tossError(forced, languageOf(call));
    const execution: Execution = forced ? { kind: 'refused', code: forced } : decide();
    if (execution.kind === 'refused')
      return this.#settle(store, key, () => tossError(execution.code, languageOf(call)));
    const { outcome, perform } = execution;
    if (outcome.delayMs) await pause(outcome.delayMs, undefined, { signal: this.#options.signal });
    if (!outcome.works && outcome.code === undefined)
      return { status: 504, body: null, delivery: outcome.delivery };
    const answer = this.#settle(store, key, (emit) => {
      const performed = perform();
      for (const fact of performed.facts) emit(fact);
      const code = performed.kind === 'failed' ? performed.code : outcome.codeAfterwards;
      if (code !== undefined) return tossError(code, languageOf(call));
      return json(200, performed.kind === 'performed' ? performed.view() : null);
    });
    return { ...answer, delivery: outcome.delivery };
  }

  /** Does the work and keeps its answer for the key, in one transaction. */
  #settle(store: Store, key: string | undefined, work: (emit: Emit) => Reply): Reply {
    return store.transact((emit) => {
      const { status, body } = work(emit);
      if (key !== undefined)
        emit({ service: 'toss', type: 'AnswerStored', key, status, body, at: store.now() });
      return { status, body };
    });
  }

  #refusal(call: Call): string | undefined {
    return authenticationError(header(call, 'authorization'), this.#options.secretKey);
  }

  /** `TossPayments-Test-Code` forces an error with test keys, before anything else is looked at. */
  #forcedCode(call: Call): string | undefined {
    const code = header(call, 'tosspayments-test-code');
    if (code === undefined || !this.#options.secretKey.startsWith('test_')) return undefined;
    return ERROR_CODE.test(code) ? code : 'INVALID_REQUEST';
  }
}
